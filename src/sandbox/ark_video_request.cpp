#include "sandbox/ark_video_request.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/media_links.h"

namespace darkroom::sandbox {
namespace {

// Source: the model pages of docs.byteplus.com, Video Generation API.
struct Model {
  std::string_view name;  // without the house's prefix and the date
  std::int64_t shortest_seconds;
  std::int64_t longest_seconds;
  std::uint32_t most_lines;  // 1080 for 1080p
  bool has_sound;
  bool is_2;  // of the 2.x family: references, web search, no frames and no camera_fixed
};
constexpr Model kModels[] = {
    {"seedance-2-5", 4, 30, 2160, true, true},
    {"seedance-2-0-fast", 4, 15, 720, true, true},
    {"seedance-2-0-mini", 4, 15, 720, true, true},
    {"seedance-2-0", 4, 15, 2160, true, true},
    {"seedance-1-5-pro", 4, 12, 1080, true, false},
    {"seedance-1-0-pro-fast", 2, 12, 1080, false, false},
    {"seedance-1-0-pro", 2, 12, 1080, false, false},
    {"seedance-1-0-lite-t2v", 2, 12, 1080, false, false},
    {"seedance-1-0-lite-i2v", 2, 12, 1080, false, false},
};

const Model* find_model(std::string_view id) {
  if (id.starts_with("ep-")) return &kModels[3];
  for (const std::string_view house : {"doubao-", "dreamina-"}) {
    if (id.starts_with(house)) id.remove_prefix(house.size());
  }
  // What follows the name is a date.
  const auto* model = std::ranges::find_if(kModels, [&](const Model& row) {
    return id.starts_with(row.name) && id.size() == row.name.size() + 7 && id[row.name.size()] == '-' &&
           id.find_first_not_of("0123456789", row.name.size() + 1) == std::string_view::npos;
  });
  return model == std::end(kModels) ? nullptr : model;
}

struct SizeRow {
  std::string_view ratio;
  PixelSize at_480p;
  PixelSize at_720p;
  PixelSize at_1080p;
};
constexpr SizeRow kSizes[] = {
    {"16:9", {864, 496}, {1280, 720}, {1920, 1080}}, {"4:3", {752, 560}, {1112, 834}, {1664, 1248}},
    {"1:1", {640, 640}, {960, 960}, {1440, 1440}},   {"3:4", {560, 752}, {834, 1112}, {1248, 1664}},
    {"9:16", {496, 864}, {720, 1280}, {1080, 1920}}, {"21:9", {992, 432}, {1470, 630}, {2206, 946}},
};

PixelSize find_size(std::string_view ratio, std::string_view resolution) {
  const SizeRow& row = *std::ranges::find(kSizes, ratio, &SizeRow::ratio);
  if (resolution == "480p") return row.at_480p;
  if (resolution == "720p") return row.at_720p;
  if (resolution == "1080p") return row.at_1080p;
  return {row.at_1080p.width_pixels * 2, row.at_1080p.height_pixels * 2};
}

std::uint32_t lines_of(std::string_view resolution) {
  if (resolution == "480p") return 480;
  if (resolution == "720p") return 720;
  return resolution == "1080p" ? 1080 : 2160;
}

struct Content {
  std::string prompt;
  std::vector<std::string> pictures;  // all references, by what is known of their bytes
  unsigned first_frames = 0;
  unsigned last_frames = 0;
  unsigned reference_images = 0;
  unsigned reference_videos = 0;
  unsigned reference_audios = 0;
};

// {"url": …} of a picture, a film or a sound.
void read_url(BodyReader& item, std::string_view member, Medium medium, Content& content) {
  const json::object* tree = item.object(member);
  if (tree == nullptr) return item.require(member);
  const json::value* url = json::find(*tree, "url");
  const bool is_text = url != nullptr && url->is_string() && tree->size() == 1;
  auto bytes = is_text ? read_link(url->get_string(), medium) : std::nullopt;
  if (is_text && std::string_view(url->get_string()).starts_with("asset://")) bytes = "";
  if (!bytes) return item.refuse(member, "must be a link or data that can be read");
  if (medium == Medium::picture) content.pictures.push_back(std::move(*bytes));
}

void read_picture(BodyReader& item, Content& content) {
  read_url(item, "image_url", Medium::picture, content);
  const std::string role = item.word("role", {"first_frame", "last_frame", "reference_image"}, "first_frame");
  ++(role == "first_frame"  ? content.first_frames
     : role == "last_frame" ? content.last_frames
                            : content.reference_images);
}

std::optional<Mistake> read_item(const json::value& entry, std::size_t index, Content& content) {
  const json::object* tree = entry.if_object();
  if (tree == nullptr) return Mistake{fmt::format("content[{}]", index), "must be an object"};
  BodyReader item(*tree, fmt::format("content[{}].", index));
  item.require("type");
  const std::string type = item.word("type", {"text", "image_url", "video_url", "audio_url"});
  if (type == "text") {
    item.require("text");
    if (!content.prompt.empty()) content.prompt += '\n';
    content.prompt += item.text("text");
  } else if (type == "image_url") {
    read_picture(item, content);
  } else if (type == "video_url") {
    read_url(item, "video_url", Medium::film, content);
    item.require("role");
    item.word("role", {"reference_video"});
    ++content.reference_videos;
  } else if (type == "audio_url") {
    read_url(item, "audio_url", Medium::sound, content);
    item.require("role");
    item.word("role", {"reference_audio"});
    ++content.reference_audios;
  }
  return item.finish();
}

void check_modes(BodyReader& body, const Content& content) {
  const unsigned frames = content.first_frames + content.last_frames;
  const unsigned references = content.reference_images + content.reference_videos + content.reference_audios;
  if (frames > 0 && references > 0) body.refuse("content", "frames and references exclude each other");
  if (content.first_frames > 1) body.refuse("content", "there is one first frame");
  if (content.last_frames > 1) body.refuse("content", "there is one last frame");
  if (content.last_frames > content.first_frames) body.refuse("content", "a last frame needs a first one");
  if (content.reference_images > 9) body.refuse("content", "there are at most 9 reference images");
  if (content.reference_videos > 3) body.refuse("content", "there are at most 3 reference videos");
  if (content.reference_audios > 3) body.refuse("content", "there are at most 3 reference audios");
  if (content.reference_audios > 0 && content.reference_images + content.reference_videos == 0) {
    body.refuse("content", "a sound needs a picture or a film beside it");
  }
  if (content.prompt.empty() && frames + references == 0) body.refuse("content", "needs a text or a picture");
}

Content read_content(BodyReader& body) {
  Content content;
  body.require("content");
  const json::array* entries = body.list("content", 1, 32);
  if (entries == nullptr) return content;
  for (std::size_t i = 0; i < entries->size(); ++i) body.refuse(read_item((*entries)[i], i, content));
  check_modes(body, content);
  return content;
}

void check_tools(BodyReader& body, const Model& model) {
  const json::array* tools = body.list("tools", 0, 1);
  if (tools == nullptr || tools->empty()) return;
  if (tools->front() != json::object{{"type", "web_search"}}) body.refuse("tools", "must be web_search");
  if (!model.is_2) body.refuse("tools", "is not supported by this model");
}

// Settings that 1.x models have and 2.x models refuse, or the other way round.
void check_family(BodyReader& body, const Model& model) {
  body.flag("camera_fixed", false);
  const std::int64_t frames = body.integer("frames", 29, 289, 29);
  if ((frames - 25) % 4 != 0) body.refuse("frames", "must be 25 + 4n");
  const std::string tier = body.word("service_tier", {"default", "flex"}, "default");
  if (model.is_2 && body.has("camera_fixed")) body.refuse("camera_fixed", "is not supported by this model");
  if (model.is_2 && body.has("frames")) body.refuse("frames", "is not supported by this model");
  if (model.is_2 && tier == "flex") body.refuse("service_tier", "is not supported by this model");
  if (body.has("frames") && body.has("duration")) body.refuse("frames", "excludes duration");
  if (body.has("generate_audio") && !model.has_sound) body.refuse("generate_audio", "is not supported by this model");
  check_tools(body, model);
}

std::string choose_ratio(const std::string& given, const Content& content) {
  if (given != "adaptive") return given;
  const auto shape = find_first_shape(content.pictures);
  if (!shape) return "16:9";
  return std::string(find_nearest_ratio(*shape, {"16:9", "4:3", "1:1", "3:4", "9:16", "21:9"}));
}

FilmAsk read_settings(BodyReader& body, const Model& model, Content content) {
  const bool adapts = !content.pictures.empty() || model.name == "seedance-1-5-pro";
  const std::string given =
      body.word("ratio", {"16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "adaptive"}, adapts ? "adaptive" : "16:9");
  const std::string ratio = choose_ratio(given, content);
  const std::string resolution = body.word("resolution", {"480p", "720p", "1080p", "4k"}, "720p");
  if (lines_of(resolution) > model.most_lines) body.refuse("resolution", "is not supported by this model");
  std::int64_t length = body.integer("duration", model.is_2 ? -1 : model.shortest_seconds, model.longest_seconds, 5);
  // The model decides.
  if (length == -1) length = 5;
  if (length < model.shortest_seconds) body.refuse("duration", "is too short for this model");
  check_family(body, model);
  const bool sound = body.flag("generate_audio", true) && model.has_sound;
  const std::int64_t seed = body.integer("seed", -1, 4'294'967'295, -1);
  const std::int64_t lifetime = body.integer("execution_expires_after", 3'600, 259'200, 172'800);
  const bool last_frame = body.flag("return_last_frame", false);
  body.flag("watermark", false);
  body.flag("draft", false);
  body.pass({"callback_url", "safety_identifier", "priority"});

  FilmAsk ask;
  ask.order.picture.size = find_size(ratio, resolution);
  ask.order.picture.prompt = std::move(content.prompt);
  ask.order.picture.references = std::move(content.pictures);
  ask.order.picture.label = fmt::format("{} \u00b7 {} \u00b7 {} s", ratio, resolution, length);
  ask.order.length = seconds(length);
  ask.order.sound = sound;
  ask.echo = {{"seed", seed},
              {"resolution", resolution},
              {"ratio", ratio},
              {"duration", length},
              {"framespersecond", ask.order.frames_per_second},
              {"generate_audio", sound},
              {"service_tier", "default"},
              {"execution_expires_after", lifetime},
              {"return_last_frame", last_frame}};
  return ask;
}

}  // namespace

std::expected<FilmAsk, http::Response> read_ark_video_request(std::string_view text) {
  const auto tree = json::parse_object(text, {.depth = 32, .bytes = kMaxBodyBytes});
  if (!tree) return std::unexpected(ark_refusal(400, "InvalidParameter", "The request body is no JSON object."));
  BodyReader body(*tree);
  body.require("model");
  const std::string id = body.text("model");
  const Model* model = find_model(id);
  if (model == nullptr && body.has("model")) {
    return std::unexpected(ark_refusal(404, "InvalidEndpointOrModel.NotFound",
                                       fmt::format("The model or endpoint {} does not exist.", id)));
  }
  FilmAsk ask = read_settings(body, model == nullptr ? kModels[3] : *model, read_content(body));
  if (const auto mistake = body.finish()) return std::unexpected(ark_refusal(*mistake));
  ask.order.picture.model = id;
  return ask;
}

}  // namespace darkroom::sandbox
