#include "sandbox/veo_request.h"

#include <algorithm>
#include <limits>

#include "media/film_container.h"
#include "sandbox/base64.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {
namespace {

constexpr std::size_t kMostReferences = 3;
constexpr std::int64_t kLongestSeconds = 8;
constexpr std::int64_t kAddedSeconds = 7;  // to a film that is taken on
constexpr std::int64_t kLongestSource = 141;

constexpr VeoModel kModels[] = {
    {"veo-3.1-generate-preview", GoogleHost::gemini_api},
    {"veo-3.1-fast-generate-preview", GoogleHost::gemini_api},
    {"veo-3.1-lite-generate-preview", GoogleHost::gemini_api, true},
    {"veo-3.1-generate-001", GoogleHost::vertex},
    {"veo-3.1-fast-generate-001", GoogleHost::vertex},
    {"veo-3.1-generate-preview", GoogleHost::vertex},
    {"veo-3.1-fast-generate-preview", GoogleHost::vertex},
};

bool is_one_of(const json::value& value, std::initializer_list<std::string_view> words) {
  return value.is_string() && std::ranges::find(words, std::string_view(value.get_string())) != words.end();
}

std::unexpected<std::string> not_supported(std::string_view what) {
  return std::unexpected(std::string(what) +
                         " isn't supported by this model. Please remove it or refer to the Gemini API documentation.");
}

// {"bytesBase64Encoded", "mimeType"} as the vendor's libraries send it, or {"inlineData": {"data", "mimeType"}} as the
// pages of the Gemini API show it.
Checked read_picture(const json::value& value, GoogleHost host, std::string_view where, VeoRequest& request) {
  if (!value.is_object()) return wrong_value(where, "a picture must be an object.");
  const json::object* tree = &value.get_object();
  std::string_view data_name = "bytesBase64Encoded";
  const json::value* inline_data = google_member(*tree, "inlineData");
  if (inline_data != nullptr && host == GoogleHost::gemini_api) {
    if (!inline_data->is_object()) return wrong_value(where, "inlineData must be an object.");
    tree = &inline_data->get_object();
    data_name = "data";
  }
  if (auto checked = check_google_names(*tree, where, {data_name, "mimeType"}); !checked) return checked;
  const json::value* data = google_member(*tree, data_name);
  const json::value* mime = google_member(*tree, "mimeType");
  if (!data || !data->is_string() || !mime || !mime->is_string()) {
    return wrong_value(where, "bytesBase64Encoded and mimeType are strings.");
  }
  if (!is_one_of(*mime, {"image/png", "image/jpeg", "image/webp"})) {
    return std::unexpected("Unsupported MIME type: " + std::string(std::string_view(mime->get_string())));
  }
  auto bytes = decode_base64(data->get_string());
  if (!bytes) return wrong_value(where, "Base64 decoding failed.");
  if (!find_picture_size(as_bytes(*bytes))) return std::unexpected("Unable to process input image.");
  request.pictures.push_back(std::move(*bytes));
  return {};
}

Checked read_references(const json::value& list, const VeoModel& model, VeoRequest& request) {
  const std::string_view where = "instances.referenceImages";
  if (model.is_lite) return not_supported("referenceImages");
  if (!list.is_array() || list.get_array().empty() || list.get_array().size() > kMostReferences) {
    return wrong_value(where, "one to three reference images.");
  }
  for (const json::value& entry : list.get_array()) {
    if (!entry.is_object()) return wrong_value(where, "a reference must be an object.");
    const json::object& tree = entry.get_object();
    if (auto checked = check_google_names(tree, where, {"image", "referenceType"}); !checked) return checked;
    const json::value* image = google_member(tree, "image");
    const json::value* type = google_member(tree, "referenceType");
    if (!image || !type || !is_one_of(*type, {"asset"})) return wrong_value(where, "an image and the type asset.");
    if (auto checked = read_picture(*image, model.host, where, request); !checked) return checked;
  }
  request.has_references = true;
  return {};
}

// {"encodedVideo", "encoding"}: a film of this vendor's that is to be taken on. Its link would do as well, but nobody
// here keeps one.
Checked read_source(const json::value& value, const VeoModel& model, VeoRequest& request) {
  const std::string_view where = "instances.video";
  if (model.host != GoogleHost::gemini_api || model.is_lite) return not_supported("video");
  if (request.has_frames || request.has_references)
    return std::unexpected("video cannot be used together with images.");
  if (!value.is_object()) return wrong_value(where, "a film must be an object.");
  const json::object& tree = value.get_object();
  if (auto checked = check_google_names(tree, where, {"encodedVideo", "encoding"}); !checked) return checked;
  const json::value* data = google_member(tree, "encodedVideo");
  const json::value* encoding = google_member(tree, "encoding");
  if (!data || !data->is_string() || !encoding || !is_one_of(*encoding, {"video/mp4"})) {
    return wrong_value(where, "encodedVideo in base64 and the encoding video/mp4.");
  }
  const auto bytes = decode_base64(data->get_string());
  const auto film = bytes ? media::read_film_header(as_bytes(*bytes)) : std::unexpected(media::Verdict::not_a_film);
  if (!film || !film->has_pictures) return std::unexpected("Unable to process input video.");
  const auto [shorter, longer] = std::minmax(film->width_pixels, film->height_pixels);
  if (shorter != 720 || longer != 1280) return std::unexpected("The input video must be one of Veo's, of 720p.");
  request.source = {{film->width_pixels, film->height_pixels},
                    static_cast<std::int64_t>(film->duration_milliseconds + 500) / 1000};
  if (request.source->seconds > kLongestSource) return std::unexpected("The input video is too long.");
  return {};
}

Checked read_instance(const json::object& body, const VeoModel& model, VeoRequest& request) {
  const json::value* instances = google_member(body, "instances");
  if (!instances || !instances->is_array() || instances->get_array().size() != 1 ||
      !instances->get_array().front().is_object()) {
    return wrong_value("instances", "exactly one instance.");
  }
  const json::object& tree = instances->get_array().front().get_object();
  if (auto checked =
          check_google_names(tree, "instances", {"prompt", "image", "lastFrame", "referenceImages", "video"});
      !checked) {
    return checked;
  }
  const json::value* prompt = google_member(tree, "prompt");
  if (!prompt || !prompt->is_string() || prompt->get_string().empty())
    return wrong_value("instances.prompt", "required.");
  request.prompt = std::string_view(prompt->get_string());
  if (const json::value* first = google_member(tree, "image")) {
    request.has_frames = true;
    if (auto checked = read_picture(*first, model.host, "instances.image", request); !checked) return checked;
  }
  if (const json::value* last = google_member(tree, "lastFrame")) {
    if (!request.has_frames) return std::unexpected("lastFrame requires image.");
    request.has_last_frame = true;
    if (auto checked = read_picture(*last, model.host, "instances.lastFrame", request); !checked) return checked;
  }
  if (const json::value* references = google_member(tree, "referenceImages")) {
    if (request.has_frames) return std::unexpected("referenceImages cannot be used together with image or lastFrame.");
    if (auto checked = read_references(*references, model, request); !checked) return checked;
  }
  const json::value* source = google_member(tree, "video");
  return source == nullptr ? Checked() : read_source(*source, model, request);
}

Checked read_whole(const json::value& value, std::string_view where, std::int64_t least, std::int64_t most,
                   std::int64_t& into) {
  if (!value.is_int64() || value.get_int64() < least || value.get_int64() > most) {
    return wrong_value(where, "a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ".");
  }
  into = value.get_int64();
  return {};
}

// One parameter; its name is known.
Checked read_parameter(std::string_view name, const json::value& value, const VeoModel& model, VeoRequest& request) {
  const std::string where = "parameters." + std::string(name);
  if (name == "aspectRatio") {
    if (!is_one_of(value, {"16:9", "9:16"})) return wrong_value(where, "16:9 or 9:16.");
    request.ratio = std::string_view(value.get_string());
  } else if (name == "resolution") {
    if (!is_one_of(value, {"720p", "1080p", "4k"})) return wrong_value(where, "720p, 1080p or 4k.");
    if (value == "4k" && model.is_lite) return not_supported("4k");
    request.resolution = std::string_view(value.get_string());
  } else if (name == "durationSeconds") {
    if (auto checked = read_whole(value, where, 4, kLongestSeconds, request.seconds); !checked) return checked;
    if (request.seconds % 2 != 0) return wrong_value(where, "4, 6 or 8.");
  } else if (name == "sampleCount") {
    return read_whole(value, where, 1, model.host == GoogleHost::vertex ? 4 : 1, request.samples);
  } else if (name == "seed") {
    std::int64_t seed = 0;
    return read_whole(value, where, 0, std::numeric_limits<std::uint32_t>::max(), seed);
  } else if (name == "negativePrompt") {
    if (!value.is_string()) return wrong_value(where, "a string.");
  } else if (name == "personGeneration") {
    if (!value.is_string()) return wrong_value(where, "a string.");
    request.person_generation = std::string_view(value.get_string());
  } else if (name == "resizeMode") {
    if (!is_one_of(value, {"pad", "crop"})) return wrong_value(where, "pad or crop.");
  } else if (name == "generateAudio") {
    if (!value.is_bool()) return wrong_value(where, "true or false.");
    request.sound = value.get_bool();
  } else if (!value.is_bool()) {  // enhancePrompt
    return wrong_value(where, "true or false.");
  }
  return {};
}

Checked read_parameters(const json::object& body, const VeoModel& model, VeoRequest& request) {
  const json::value* parameters = google_member(body, "parameters");
  if (!parameters) return {};
  if (!parameters->is_object()) return wrong_value("parameters", "it must be an object.");
  const auto read_known = [&](std::initializer_list<std::string_view> names) -> Checked {
    if (auto checked = check_google_names(parameters->get_object(), "parameters", names); !checked) return checked;
    for (const std::string_view name : names) {
      const json::value* value = google_member(parameters->get_object(), name);
      if (value == nullptr) continue;
      if (auto checked = read_parameter(name, *value, model, request); !checked) return checked;
    }
    return {};
  };
  if (model.host == GoogleHost::gemini_api) {
    return read_known(
        {"aspectRatio", "resolution", "durationSeconds", "negativePrompt", "personGeneration", "seed", "sampleCount"});
  }
  return read_known({"aspectRatio", "resolution", "durationSeconds", "negativePrompt", "personGeneration", "seed",
                     "sampleCount", "generateAudio", "resizeMode", "enhancePrompt"});
}

// What belongs together.
Checked check_whole(const VeoModel& model, const VeoRequest& request) {
  const bool has_pictures = !request.pictures.empty();
  const std::string& person = request.person_generation;
  if (model.host == GoogleHost::vertex) {
    const bool known = person.empty() || person == "allow_all" || person == "allow_adult" || person == "dont_allow";
    return known ? Checked() : wrong_value("parameters.personGeneration", "allow_all, allow_adult or dont_allow.");
  }
  if (!person.empty() && person != (has_pictures ? "allow_adult" : "allow_all")) {
    return std::unexpected(person + " for personGeneration is currently not supported.");
  }
  const bool wants_whole_length = request.resolution != "720p" || request.has_references || request.source;
  if (wants_whole_length && request.seconds != kLongestSeconds) {
    return wrong_value("parameters.durationSeconds",
                       "8 seconds for this resolution, for reference images and for extensions.");
  }
  if (request.source && request.resolution != "720p")
    return wrong_value("parameters.resolution", "720p for extensions.");
  return {};
}

}  // namespace

const VeoModel* find_veo_model(std::string_view name, GoogleHost host) {
  for (const VeoModel& model : kModels) {
    if (model.name == name && model.host == host) return &model;
  }
  return nullptr;
}

PixelSize VeoRequest::size() const {
  if (source) return source->size;
  PixelSize size{1280, 720};
  if (resolution == "1080p") size = {1920, 1080};
  if (resolution == "4k") size = {3840, 2160};
  if (ratio == "9:16") std::swap(size.width_pixels, size.height_pixels);
  return size;
}

std::int64_t VeoRequest::film_seconds() const { return source ? source->seconds + kAddedSeconds : seconds; }

std::expected<VeoRequest, std::string> read_veo_request(std::string_view body, const VeoModel& model) {
  const auto tree = json::parse_object(body, {.depth = 32, .bytes = kMaxBodyBytes});
  if (!tree) return std::unexpected("Invalid JSON payload received. " + tree.error().message);
  VeoRequest request;
  const auto checked = [&]() -> Checked {
    auto known = model.host == GoogleHost::vertex ? check_google_names(*tree, "", {"instances", "parameters", "labels"})
                                                  : check_google_names(*tree, "", {"instances", "parameters"});
    if (!known) return known;
    if (auto read = read_instance(*tree, model, request); !read) return read;
    if (auto read = read_parameters(*tree, model, request); !read) return read;
    return check_whole(model, request);
  }();
  if (!checked) return std::unexpected(checked.error());
  return request;
}

}  // namespace darkroom::sandbox
