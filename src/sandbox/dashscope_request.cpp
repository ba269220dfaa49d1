#include "sandbox/dashscope_request.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/answers.h"
#include "sandbox/media_links.h"

namespace darkroom::sandbox {
namespace {

// Source: docs.qwencloud.com, video generation.
enum class Family : std::uint8_t { happyhorse, wan_2, wan_3 };

struct MediaRow {
  std::string_view type;
  Medium medium;
  unsigned fewest;
  unsigned most;
};
struct Model {
  std::string_view name;  // a date may follow
  Family family;
  std::vector<MediaRow> media;
  bool needs_prompt;
  bool has_ratio;
  std::int64_t shortest_seconds;  // 0: no duration
  std::int64_t longest_seconds;
};

const std::vector<Model>& models() {
  static const std::vector<Model> all = {
      {"happyhorse-1.0-t2v", Family::happyhorse, {}, true, true, 3, 15},
      {"happyhorse-1.0-i2v", Family::happyhorse, {{"first_frame", Medium::picture, 1, 1}}, false, false, 3, 15},
      {"happyhorse-1.0-r2v", Family::happyhorse, {{"reference_image", Medium::picture, 1, 9}}, true, true, 3, 15},
      {"happyhorse-1.0-video-edit",
       Family::happyhorse,
       {{"video", Medium::film, 1, 1}, {"reference_image", Medium::picture, 0, 5}},
       true,
       false,
       0,
       0},
      {"wan2.7-t2v", Family::wan_2, {}, true, true, 2, 15},
      {"wan2.7-i2v",
       Family::wan_2,
       {{"first_frame", Medium::picture, 0, 1},
        {"last_frame", Medium::picture, 0, 1},
        {"driving_audio", Medium::sound, 0, 1},
        {"first_clip", Medium::film, 0, 1}},
       false,
       false,
       2,
       15},
      {"wan2.7-r2v",
       Family::wan_2,
       {{"reference_image", Medium::picture, 0, 9}, {"reference_video", Medium::film, 0, 3}},
       true,
       true,
       2,
       15},
      {"wan3.0-video",
       Family::wan_3,
       {{"reference_image", Medium::picture, 0, 9},
        {"reference_video", Medium::film, 0, 3},
        {"reference_audio", Medium::sound, 0, 3},
        {"first_frame", Medium::picture, 0, 1},
        {"last_frame", Medium::picture, 0, 1}},
       false,
       true,
       2,
       30},
  };
  return all;
}

bool is_release_of(std::string_view id, std::string_view name) {
  if (!id.starts_with(name)) return false;
  id.remove_prefix(name.size());
  if (id.empty() || id == "-prime") return true;
  return id.starts_with('-') && id.find_first_not_of("-0123456789") == std::string_view::npos;
}

const Model* find_model(std::string id) {
  // The next release goes by the same rules.
  if (constexpr std::string_view kNewer = "happyhorse-1.1"; id.starts_with(kNewer)) id[kNewer.size() - 1] = '0';
  const auto model = std::ranges::find_if(models(), [&](const Model& row) { return is_release_of(id, row.name); });
  return model == models().end() ? nullptr : &*model;
}

// ---- input

struct Given {
  std::string prompt;
  std::vector<std::string> pictures;
  bool has_frames = false;
};

std::optional<Mistake> read_medium(const json::value& entry, std::size_t index, const Model& model,
                                   std::vector<unsigned>& counts, Given& given) {
  const std::string where = fmt::format("input.media[{}].", index);
  const json::object* tree = entry.if_object();
  if (tree == nullptr) return Mistake{where, "must be an object"};
  BodyReader item(*tree, where);
  item.require("type");
  item.require("url");
  const std::string type = item.text("type");
  const std::string url = item.text("url");
  const auto row = std::ranges::find(model.media, type, &MediaRow::type);
  if (row == model.media.end()) {
    item.refuse("type", "is no medium of this model");
    return item.finish();
  }
  auto bytes = read_link(url, row->medium);
  if (!bytes) item.refuse("url", "must be a link or data that can be read");
  if (bytes && row->medium == Medium::picture) given.pictures.push_back(std::move(*bytes));
  if (type == "first_frame" || type == "last_frame") given.has_frames = true;
  ++counts[static_cast<std::size_t>(row - model.media.begin())];
  return item.finish();
}

void read_media(BodyReader& input, const Model& model, Given& given) {
  std::vector<unsigned> counts(model.media.size());
  const json::array* media = input.list("media", 0, 20);
  for (std::size_t i = 0; media != nullptr && i < media->size(); ++i) {
    input.refuse(read_medium((*media)[i], i, model, counts, given));
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] >= model.media[i].fewest && counts[i] <= model.media[i].most) continue;
    input.refuse("media", fmt::format("must have from {} to {} of {}", model.media[i].fewest, model.media[i].most,
                                      model.media[i].type));
  }
  const bool follows = given.pictures.size() > 2 || (media != nullptr && media->size() > 2);
  if (model.family == Family::wan_3 && given.has_frames && follows) {
    input.refuse("media", "mixes frames and references");
  }
}

Given read_input(BodyReader& body, const Model& model) {
  Given given;
  body.require("input");
  const json::object* tree = body.object("input");
  if (tree == nullptr) return given;
  BodyReader input(*tree, "input.");
  if (model.needs_prompt) input.require("prompt");
  given.prompt = input.text("prompt", 20'000);
  read_media(input, model, given);
  if (model.family == Family::wan_2) {
    input.text("negative_prompt", 2'000);
    const std::string sound = input.text("audio_url");
    if (!sound.empty() && !read_link(sound, Medium::sound)) input.refuse("audio_url", "must be a link");
  }
  body.refuse(input.finish());
  return given;
}

// ---- parameters

struct SizeRow {
  std::string_view ratio;
  PixelSize at_720p;
  PixelSize at_1080p;
};
constexpr SizeRow kSizes[] = {
    {"16:9", {1280, 720}, {1920, 1080}}, {"9:16", {720, 1280}, {1080, 1920}}, {"1:1", {960, 960}, {1440, 1440}},
    {"4:3", {1104, 832}, {1648, 1248}},  {"3:4", {832, 1104}, {1248, 1648}},
};

PixelSize find_size(std::string_view ratio, std::string_view resolution, const std::vector<std::string>& pictures,
                    bool follows_picture) {
  const std::uint32_t area = resolution == "480P" ? 832 * 480 : resolution == "720P" ? 1280 * 720 : 1920 * 1080;
  const auto shape = follows_picture ? find_first_shape(pictures) : std::nullopt;
  if (shape) return size_of_area({shape->width_pixels, shape->height_pixels}, area);
  const auto* row = std::ranges::find(kSizes, ratio, &SizeRow::ratio);
  if (row != std::end(kSizes) && resolution != "480P") return resolution == "720P" ? row->at_720p : row->at_1080p;
  return size_of_area(parse_ratio(ratio).value_or(Ratio()), area);
}

void read_parameters(BodyReader& reader, const Model& model, const Given& given, FilmAsk& ask) {
  const bool is_happyhorse = model.family == Family::happyhorse;
  const std::string resolution = model.family == Family::wan_3
                                     ? reader.word("resolution", {"480P", "720P", "1080P"}, "1080P")
                                     : reader.word("resolution", {"720P", "1080P"}, "1080P");
  std::string ratio = "16:9";
  if (model.has_ratio && is_happyhorse) {
    ratio = reader.word("ratio", {"16:9", "9:16", "1:1", "4:3", "3:4", "4:5", "5:4", "9:21", "21:9"}, ratio);
  } else if (model.has_ratio) {
    ratio = reader.word("ratio", {"16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "adaptive"}, ratio);
  }
  std::int64_t length = 5;
  if (model.longest_seconds > 0) length = reader.integer("duration", model.shortest_seconds, model.longest_seconds, 5);
  reader.flag("watermark", is_happyhorse);
  reader.integer("seed", 0, 2'147'483'647, 0);
  if (model.name.ends_with("video-edit")) reader.word("audio_setting", {"auto", "origin"}, "auto");
  if (model.family == Family::wan_2) reader.flag("prompt_extend", true);
  ask.order.sound = model.family == Family::wan_3 ? reader.flag("audio", true) : true;
  const bool follows = ratio == "adaptive" || (!model.has_ratio && !given.pictures.empty());
  ask.order.picture.size = find_size(ratio, resolution, given.pictures, follows);
  ask.order.picture.label = fmt::format("{} \u00b7 {} \u00b7 {} s", ratio, resolution, length);
  ask.order.length = seconds(length);
  ask.echo = {{"SR", resolution == "480P" ? 480 : resolution == "720P" ? 720 : 1080}, {"ratio", ratio}};
}

}  // namespace

http::Response dashscope_refusal(int status, std::string_view code, std::string_view message) {
  return json_response(
      status, json::object{{"code", code}, {"message", message}, {"request_id", "5b1f6c7a-9e10-4f7e-9d27-sandbox"}});
}

std::expected<FilmAsk, http::Response> read_dashscope_request(std::string_view text) {
  const auto tree = json::parse_object(text, {.depth = 32, .bytes = kMaxBodyBytes});
  if (!tree) return std::unexpected(dashscope_refusal(400, "InvalidParameter", "The request body is no JSON object."));
  BodyReader body(*tree);
  body.require("model");
  const std::string id = body.text("model");
  const Model* model = find_model(id);
  if (model == nullptr && body.has("model")) {
    return std::unexpected(dashscope_refusal(404, "ModelNotFound", fmt::format("Model not exist: {}.", id)));
  }
  if (model == nullptr) model = &models().front();
  Given given = read_input(body, *model);
  FilmAsk ask;
  static const json::object kNone;
  const json::object* parameters = body.object("parameters");
  BodyReader reader(parameters == nullptr ? kNone : *parameters, "parameters.");
  read_parameters(reader, *model, given, ask);
  body.refuse(reader.finish());
  if (const auto mistake = body.finish()) {
    return std::unexpected(
        dashscope_refusal(400, "InvalidParameter", fmt::format("{} {}.", mistake->field, mistake->sentence)));
  }
  ask.order.picture.model = id;
  ask.order.picture.prompt = std::move(given.prompt);
  ask.order.picture.references = std::move(given.pictures);
  return ask;
}

}  // namespace darkroom::sandbox
