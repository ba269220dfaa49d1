#include "sandbox/gemini_request.h"

#include <algorithm>

#include "sandbox/base64.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {
namespace {

// One text, picture or file of a message.
Checked read_part(const json::value& part, GeminiRequest& request) {
  const std::string_view where = "contents.parts";
  if (!part.is_object()) return wrong_value(where, "a part must be an object.");
  const json::object& tree = part.get_object();
  if (auto checked = check_google_names(tree, where, {"text", "inlineData", "fileData", "thought", "thoughtSignature"});
      !checked) {
    return checked;
  }
  if (const json::value* text = google_member(tree, "text")) {
    if (!text->is_string()) return wrong_value(where, "text must be a string.");
    if (!request.prompt.empty()) request.prompt += '\n';
    request.prompt += std::string_view(text->get_string());
    return {};
  }
  const json::value* inline_data = google_member(tree, "inlineData");
  if (!inline_data) return wrong_value(where, "required oneof field 'data' must have one initialized field.");
  if (!inline_data->is_object()) return wrong_value(where, "inlineData must be an object.");
  const json::object& blob = inline_data->get_object();
  if (auto checked = check_google_names(blob, "contents.parts.inline_data", {"mimeType", "data"}); !checked)
    return checked;
  const json::value* mime_type = google_member(blob, "mimeType");
  const json::value* data = google_member(blob, "data");
  if (!mime_type || !mime_type->is_string() || !data || !data->is_string())
    return wrong_value(where, "mimeType and data are strings.");
  const std::string_view type = mime_type->get_string();
  const bool is_readable = type == "image/png" || type == "image/jpeg" || type == "image/webp";
  if (!is_readable && type != "image/heic" && type != "image/heif") {
    return std::unexpected("Unsupported MIME type: " + std::string(type));
  }
  auto bytes = decode_base64(data->get_string());
  if (!bytes) return wrong_value(where, "Base64 decoding failed.");
  if (is_readable && !find_picture_size(as_bytes(*bytes))) return std::unexpected("Unable to process input image.");
  if (request.references.size() == kMaxReferences) return std::unexpected("Too many input images.");
  request.references.push_back(std::move(*bytes));
  return {};
}

Checked read_contents(const json::object& tree, GoogleHost host, GeminiRequest& request) {
  const json::value* contents = google_member(tree, "contents");
  if (!contents || !contents->is_array() || contents->get_array().empty()) {
    return std::unexpected("* GenerateContentRequest.contents: contents is not specified\n");
  }
  for (const json::value& content : contents->get_array()) {
    if (!content.is_object()) return wrong_value("contents", "a content must be an object.");
    const json::object& message = content.get_object();
    if (auto checked = check_google_names(message, "contents", {"role", "parts"}); !checked) return checked;
    // Vertex AI wants to be told.
    const std::string role = json::get_string(message, "role", host == GoogleHost::vertex ? "" : "user");
    if (role != "user" && role != "model") return std::unexpected("Please use a valid role: user, model.");
    const json::value* parts = google_member(message, "parts");
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
  const json::value* modalities = google_member(generation, "responseModalities");
  if (!modalities) return {};
  if (!modalities->is_array()) return wrong_value("generation_config.response_modalities", "it must be a list.");
  request.wants_text = request.wants_image = modalities->get_array().empty();
  for (const json::value& modality : modalities->get_array()) {
    const std::string_view name = modality.is_string() ? std::string_view(modality.get_string()) : "";
    if (name != "TEXT" && name != "IMAGE")
      return wrong_value("generation_config.response_modalities", "TEXT or IMAGE.");
    (name == "TEXT" ? request.wants_text : request.wants_image) = true;
  }
  return {};
}

Checked read_image_config(const json::object& generation, GoogleHost host, GeminiRequest& request) {
  const json::value* config = google_member(generation, "imageConfig");
  if (!config) return {};
  const std::string_view where = "generation_config.image_config";
  if (!config->is_object()) return wrong_value(where, "it must be an object.");
  const json::object& tree = config->get_object();
  const bool is_vertex = host == GoogleHost::vertex;
  auto checked =
      is_vertex
          ? check_google_names(
                tree, where, {"aspectRatio", "imageSize", "personGeneration", "prominentPeople", "imageOutputOptions"})
          : check_google_names(tree, where, {"aspectRatio", "imageSize"});
  if (!checked) return checked;
  for (const auto& [name, into] :
       {std::pair{"aspectRatio", &request.ratio}, std::pair{"imageSize", &request.image_size}}) {
    const json::value* value = google_member(tree, name);
    if (value && !value->is_string()) return wrong_value(where, std::string(name) + " must be a string.");
    if (value) *into = std::string_view(value->get_string());
  }
  return {};
}

Checked read_thinking(const json::object& generation) {
  const json::value* config = google_member(generation, "thinkingConfig");
  if (!config) return {};
  const std::string_view where = "generation_config.thinking_config";
  if (!config->is_object()) return wrong_value(where, "it must be an object.");
  const json::object& tree = config->get_object();
  if (auto checked = check_google_names(tree, where, {"thinkingLevel", "includeThoughts", "thinkingBudget"});
      !checked) {
    return checked;
  }
  const json::value* level = google_member(tree, "thinkingLevel");
  if (!level || *level == "MINIMAL" || *level == "LOW" || *level == "MEDIUM" || *level == "HIGH") return {};
  return wrong_value(where, "thinking_level is MINIMAL, LOW, MEDIUM or HIGH.");
}

// googleSearch is the only tool of these models, and not of all of them.
Checked read_tools(const json::object& tree, const GeminiModel& model, GeminiRequest& request) {
  const json::value* tools = google_member(tree, "tools");
  if (!tools) return {};
  if (!tools->is_array()) return wrong_value("tools", "it must be a list.");
  for (const json::value& tool : tools->get_array()) {
    if (!tool.is_object()) return wrong_value("tools", "a tool must be an object.");
    if (auto checked = check_google_names(tool.get_object(), "tools", {"googleSearch"}); !checked) return checked;
    const json::value* search = google_member(tool.get_object(), "googleSearch");
    if (!search || !search->is_object()) return wrong_value("tools", "googleSearch must be an object.");
    if (!model.searches) return std::unexpected("Search Grounding is not supported.");
    if (auto checked = check_google_names(search->get_object(), "tools.google_search", {"searchTypes"}); !checked) {
      return checked;
    }
    request.searches = true;
    const json::value* types = google_member(search->get_object(), "searchTypes");
    if (!types) continue;
    if (!types->is_object()) return wrong_value("tools.google_search.search_types", "it must be an object.");
    if (auto checked =
            check_google_names(types->get_object(), "tools.google_search.search_types", {"webSearch", "imageSearch"});
        !checked) {
      return checked;
    }
    if (google_member(types->get_object(), "imageSearch") && !model.searches_images) {
      return std::unexpected("Image search is not supported for this model.");
    }
  }
  return {};
}

Checked read_generation_config(const json::object& tree, GoogleHost host, GeminiRequest& request) {
  const json::value* config = google_member(tree, "generationConfig");
  if (!config) return {};
  if (!config->is_object()) return wrong_value("generation_config", "it must be an object.");
  const json::object& generation = config->get_object();
  if (auto checked =
          check_google_names(generation, "generation_config",
                             {"responseModalities", "imageConfig", "candidateCount", "seed", "temperature", "topP",
                              "topK", "maxOutputTokens", "stopSequences", "thinkingConfig", "mediaResolution"});
      !checked) {
    return checked;
  }
  if (const json::value* count = google_member(generation, "candidateCount"); count && *count != 1) {
    return std::unexpected("Multiple candidates is not enabled for this model");
  }
  if (auto checked = read_modalities(generation, request); !checked) return checked;
  if (auto checked = read_thinking(generation); !checked) return checked;
  return read_image_config(generation, host, request);
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

std::expected<GeminiRequest, std::string> read_gemini_request(std::string_view body, const GeminiModel& model,
                                                              GoogleHost host) {
  const auto tree = json::parse_object(body, {.depth = 32, .bytes = kMaxBodyBytes});
  if (!tree) return std::unexpected("Invalid JSON payload received. " + tree.error().message);
  GeminiRequest request;
  const auto checked = [&]() -> Checked {
    if (auto known = check_google_names(*tree, "",
                                        {"contents", "systemInstruction", "safetySettings", "tools", "toolConfig",
                                         "generationConfig", "cachedContent", "labels"});
        !known) {
      return known;
    }
    if (host == GoogleHost::gemini_api && tree->contains("labels")) {
      return std::unexpected("Invalid JSON payload received. Unknown name \"labels\": Cannot find field.");
    }
    if (auto read = read_contents(*tree, host, request); !read) return read;
    if (auto read = read_tools(*tree, model, request); !read) return read;
    if (auto read = read_generation_config(*tree, host, request); !read) return read;
    return choose_pixels(model, request);
  }();
  if (!checked) return std::unexpected(checked.error());
  return request;
}

}  // namespace darkroom::sandbox
