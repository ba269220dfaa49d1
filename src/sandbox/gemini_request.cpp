#include "sandbox/gemini_request.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>

#include "sandbox/base64.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {
namespace {

using Checked = std::expected<void, std::string>;
using Names = std::initializer_list<std::string_view>;

std::string to_snake_case(std::string_view camel) {
  std::string snake;
  for (const char c : camel) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper) snake += '_';
    snake += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return snake;
}

// A member by its camelCase name, in either spelling.
const json::value* member(const json::object& tree, std::string_view camel) {
  const json::value* found = json::find(tree, camel);
  return found ? found : json::find(tree, to_snake_case(camel));
}

Checked check_names(const json::object& tree, std::string_view where, Names known) {
  for (const auto& entry : tree) {
    const std::string_view name = entry.key();
    const bool is_known = std::ranges::any_of(
        known, [&](std::string_view camel) { return name == camel || name == to_snake_case(camel); });
    if (is_known) continue;
    const std::string place = where.empty() ? "" : " at '" + std::string(where) + "'";
    return std::unexpected("Invalid JSON payload received. Unknown name \"" + std::string(name) + "\"" + place +
                           ": Cannot find field.");
  }
  return {};
}

std::unexpected<std::string> wrong(std::string_view where, std::string_view what) {
  return std::unexpected("Invalid value at '" + std::string(where) + "': " + std::string(what));
}

// One text, picture or file of a message.
Checked read_part(const json::value& part, GeminiRequest& request) {
  const std::string_view where = "contents.parts";
  if (!part.is_object()) return wrong(where, "a part must be an object.");
  const json::object& tree = part.get_object();
  if (auto checked = check_names(tree, where, {"text", "inlineData", "fileData", "thought", "thoughtSignature"});
      !checked) {
    return checked;
  }
  if (const json::value* text = member(tree, "text")) {
    if (!text->is_string()) return wrong(where, "text must be a string.");
    if (!request.prompt.empty()) request.prompt += '\n';
    request.prompt += std::string_view(text->get_string());
    return {};
  }
  const json::value* inline_data = member(tree, "inlineData");
  if (!inline_data) return wrong(where, "required oneof field 'data' must have one initialized field.");
  if (!inline_data->is_object()) return wrong(where, "inlineData must be an object.");
  const json::object& blob = inline_data->get_object();
  if (auto checked = check_names(blob, "contents.parts.inline_data", {"mimeType", "data"}); !checked) return checked;
  const json::value* mime_type = member(blob, "mimeType");
  const json::value* data = member(blob, "data");
  if (!mime_type || !mime_type->is_string() || !data || !data->is_string())
    return wrong(where, "mimeType and data are strings.");
  const std::string_view type = mime_type->get_string();
  const bool is_readable = type == "image/png" || type == "image/jpeg" || type == "image/webp";
  if (!is_readable && type != "image/heic" && type != "image/heif") {
    return std::unexpected("Unsupported MIME type: " + std::string(type));
  }
  auto bytes = decode_base64(data->get_string());
  if (!bytes) return wrong(where, "Base64 decoding failed.");
  if (is_readable && !find_picture_size(as_bytes(*bytes))) return std::unexpected("Unable to process input image.");
  if (request.references.size() == kMaxReferences) return std::unexpected("Too many input images.");
  request.references.push_back(std::move(*bytes));
  return {};
}

Checked read_contents(const json::object& tree, GeminiRequest& request) {
  const json::value* contents = member(tree, "contents");
  if (!contents || !contents->is_array() || contents->get_array().empty()) {
    return std::unexpected("* GenerateContentRequest.contents: contents is not specified\n");
  }
  for (const json::value& content : contents->get_array()) {
    if (!content.is_object()) return wrong("contents", "a content must be an object.");
    const json::object& message = content.get_object();
    if (auto checked = check_names(message, "contents", {"role", "parts"}); !checked) return checked;
    const std::string role = json::get_string(message, "role", "user");
    if (role != "user" && role != "model") return std::unexpected("Please use a valid role: user, model.");
    const json::value* parts = member(message, "parts");
    if (!parts || !parts->is_array() || parts->get_array().empty()) {
      return std::unexpected("* GenerateContentRequest.contents.parts: contents.parts must not be empty.\n");
    }
    for (const json::value& part : parts->get_array()) {
      if (auto checked = read_part(part, request); !checked) return checked;
    }
  }
  return {};
}

Checked read_modalities(const json::object& generation, GeminiRequest& request) {
  const json::value* modalities = member(generation, "responseModalities");
  if (!modalities) return {};
  if (!modalities->is_array()) return wrong("generation_config.response_modalities", "it must be a list.");
  request.wants_text = request.wants_image = modalities->get_array().empty();
  for (const json::value& modality : modalities->get_array()) {
    const std::string_view name = modality.is_string() ? std::string_view(modality.get_string()) : "";
    if (name != "TEXT" && name != "IMAGE") return wrong("generation_config.response_modalities", "TEXT or IMAGE.");
    (name == "TEXT" ? request.wants_text : request.wants_image) = true;
  }
  return {};
}

Checked read_image_config(const json::object& generation, GeminiRequest& request) {
  const json::value* config = member(generation, "imageConfig");
  if (!config) return {};
  const std::string_view where = "generation_config.image_config";
  if (!config->is_object()) return wrong(where, "it must be an object.");
  const json::object& tree = config->get_object();
  if (auto checked = check_names(tree, where, {"aspectRatio", "imageSize"}); !checked) return checked;
  for (const auto& [name, into] :
       {std::pair{"aspectRatio", &request.ratio}, std::pair{"imageSize", &request.image_size}}) {
    const json::value* value = member(tree, name);
    if (value && !value->is_string()) return wrong(where, std::string(name) + " must be a string.");
    if (value) *into = std::string_view(value->get_string());
  }
  return {};
}

Checked read_generation_config(const json::object& tree, GeminiRequest& request) {
  const json::value* config = member(tree, "generationConfig");
  if (!config) return {};
  if (!config->is_object()) return wrong("generation_config", "it must be an object.");
  const json::object& generation = config->get_object();
  if (auto checked = check_names(generation, "generation_config",
                                 {"responseModalities", "imageConfig", "candidateCount", "seed", "temperature", "topP",
                                  "topK", "maxOutputTokens", "stopSequences", "thinkingConfig", "mediaResolution"});
      !checked) {
    return checked;
  }
  if (const json::value* count = member(generation, "candidateCount"); count && *count != 1) {
    return std::unexpected("Multiple candidates is not enabled for this model");
  }
  if (auto checked = read_modalities(generation, request); !checked) return checked;
  return read_image_config(generation, request);
}

// Without a ratio the picture takes the shape of the first reference, or is square.
Checked choose_pixels(const GeminiModel& model, GeminiRequest& request) {
  if (request.image_size.empty()) request.image_size = model.image_sizes.substr(0, model.image_sizes.find(' '));
  if (request.ratio.empty()) {
    const auto shape =
        request.references.empty() ? std::nullopt : find_picture_size(as_bytes(request.references.front()));
    request.ratio = shape ? nearest_ratio(model, *shape) : "1:1";
  }
  const auto pixels = gemini_pixels(model, request.ratio, request.image_size);
  if (!pixels) {
    return std::unexpected("Invalid image config for " + std::string(model.name) + ": aspect_ratio '" + request.ratio +
                           "', image_size '" + request.image_size + "'.");
  }
  request.pixels = *pixels;
  return {};
}

}  // namespace

std::expected<GeminiRequest, std::string> read_gemini_request(std::string_view body, const GeminiModel& model) {
  const auto tree = json::parse_object(body, {.depth = 32, .bytes = kMaxBodyBytes});
  if (!tree) return std::unexpected("Invalid JSON payload received. " + tree.error().message);
  GeminiRequest request;
  if (auto checked = check_names(*tree, "",
                                 {"contents", "systemInstruction", "safetySettings", "tools", "toolConfig",
                                  "generationConfig", "cachedContent"});
      !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  for (auto* read : {&read_contents, &read_generation_config}) {
    if (auto checked = read(*tree, request); !checked) return std::unexpected(std::move(checked.error()));
  }
  if (auto checked = choose_pixels(model, request); !checked) return std::unexpected(std::move(checked.error()));
  return request;
}

}  // namespace darkroom::sandbox
