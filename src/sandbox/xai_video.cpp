#include "sandbox/xai_video.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/answers.h"
#include "sandbox/body_reader.h"
#include "sandbox/film_stand_in.h"
#include "sandbox/media_links.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kPath = "/v1/videos/";
constexpr std::int64_t kTicksASecond = 500'000'000;  // 0.05 USD
// The vendor's own pages say 15; what is sold under the model's name elsewhere goes to 30.
constexpr std::int64_t kLongestSeconds = 30;

// ---- answers

http::Response refuse(int status, std::string_view text) {
  const std::string_view code = status == 400  ? "Client specified an invalid argument"
                                : status < 500 ? "The caller cannot do that"
                                               : "The service is currently unavailable";
  return json_response(status, json::object{{"code", code}, {"error", text}});
}

http::Response refuse(const Mistake& mistake) {
  return refuse(mistake.missing ? 422 : 400, fmt::format("{} {}", mistake.field, mistake.sentence));
}

// ---- the request

enum class Call : std::uint8_t { generation, edit, extension };

std::optional<Call> find_call(std::string_view path) {
  if (path == "/v1/videos/generations") return Call::generation;
  if (path == "/v1/videos/edits") return Call::edit;
  if (path == "/v1/videos/extensions") return Call::extension;
  return std::nullopt;
}

bool is_1_5(std::string_view model) { return model.starts_with("grok-imagine-video-1.5"); }

// {"url"} or {"file_id"}; the bytes of a picture, as far as they are known.
std::optional<std::string> read_source(const json::value& value, Medium medium, std::string_view other) {
  const json::object* tree = value.if_object();
  if (tree == nullptr || tree->size() != 1) return std::nullopt;
  if (const json::value* name = json::find(*tree, other)) return name->is_string() ? std::optional("") : std::nullopt;
  const json::value* url = json::find(*tree, "url");
  return url != nullptr && url->is_string() ? read_link(url->get_string(), medium) : std::nullopt;
}

void read_one(BodyReader& body, const json::object& tree, std::string_view name, Medium medium,
              std::vector<std::string>& pictures) {
  body.pass({name});
  if (!body.has(name)) return;
  auto bytes = read_source(*json::find(tree, name), medium, "file_id");
  if (!bytes) return body.refuse(name, "must be a link or data that can be read");
  if (medium == Medium::picture) pictures.push_back(std::move(*bytes));
}

void read_list(BodyReader& body, std::string_view name, std::size_t most, Medium medium,
               std::vector<std::string>& pictures) {
  const json::array* entries = body.list(name, 1, most);
  if (entries == nullptr) return;
  for (const json::value& entry : *entries) {
    auto bytes = read_source(entry, medium, medium == Medium::sound ? "voice_id" : "file_id");
    if (!bytes) return body.refuse(name, "must be links or data that can be read");
    if (medium == Medium::picture) pictures.push_back(std::move(*bytes));
  }
}

void check_family(BodyReader& body, std::string_view model) {
  if (is_1_5(model)) return;
  for (const char* name : {"last_frame", "keyframes", "reference_audios", "generate_audio"}) {
    if (body.has(name)) body.refuse(name, "is not supported by this model");
  }
}

PixelSize choose_size(std::string_view ratio, std::string_view resolution, const std::vector<std::string>& pictures,
                      bool follows_picture) {
  Ratio shape = parse_ratio(ratio).value_or(Ratio());
  const auto first = follows_picture ? find_first_shape(pictures) : std::nullopt;
  if (first) shape = {first->width_pixels, first->height_pixels};
  return size_of_short_side(shape, resolution == "480p" ? 480 : resolution == "720p" ? 720 : 1080);
}

FilmAsk read_generation(BodyReader& body, const json::object& tree, const std::string& model) {
  FilmAsk ask;
  Painting& picture = ask.order.picture;
  picture.prompt = body.text("prompt");
  read_one(body, tree, "image", Medium::picture, picture.references);
  read_one(body, tree, "last_frame", Medium::picture, picture.references);
  read_list(body, "reference_images", 7, Medium::picture, picture.references);
  read_list(body, "reference_audios", 3, Medium::sound, picture.references);
  body.list("keyframes", 1, 4);
  const bool follows = body.has("reference_images");
  if (follows && body.has("image")) body.refuse("reference_images", "excludes image");
  if (picture.prompt.empty() && picture.references.empty()) body.require("prompt");
  const std::int64_t length = body.integer("duration", 1, kLongestSeconds, 6);
  const std::string ratio = body.word("aspect_ratio", {"16:9", "1:1", "9:16", "4:3", "3:4", "3:2", "2:3"}, "16:9");
  const std::string resolution = body.word("resolution", {"480p", "720p", "1080p"}, "480p");
  if (resolution == "1080p" && (!is_1_5(model) || follows)) body.refuse("resolution", "is not supported here");
  ask.order.sound = body.flag("generate_audio", true);
  body.pass({"storage_options", "user"});
  check_family(body, model);
  picture.size = choose_size(ratio, resolution, picture.references, body.has("image") && !body.has("aspect_ratio"));
  picture.label = fmt::format("{} \u00b7 {} \u00b7 {} s", ratio, resolution, length);
  ask.order.length = seconds(length);
  return ask;
}

// The film that is worked on lies behind a link, which is not followed here: what comes back is of a usual length.
FilmAsk read_rework(BodyReader& body, const json::object& tree, Call call) {
  FilmAsk ask;
  Painting& picture = ask.order.picture;
  body.require("prompt");
  body.require("video");
  picture.prompt = body.text("prompt");
  read_one(body, tree, "video", Medium::film, picture.references);
  const std::int64_t length = call == Call::extension ? body.integer("duration", 1, 15, 6) : 6;
  picture.size = {1280, 720};
  picture.label = call == Call::edit ? "edit" : "extension";
  ask.order.length = seconds(length);
  ask.order.sound = true;
  return ask;
}

std::expected<FilmAsk, http::Response> read_request(const http::Request& request, Call call) {
  const std::string_view type = request.header("Content-Type").value_or("");
  if (request.body.empty() || !type.starts_with("application/json")) {
    return std::unexpected(refuse(415, "Expected request with `Content-Type: application/json`"));
  }
  const auto tree = json::parse_object(request.body, {.depth = 32, .bytes = kMaxBodyBytes});
  if (!tree) return std::unexpected(refuse(422, "Failed to parse the request body as JSON"));
  BodyReader body(*tree);
  body.require("model");
  const std::string model = body.text("model");
  const bool known =
      model == "grok-imagine-video" || model == "grok-imagine-video-1.5" || model == "grok-imagine-video-1.5-lite";
  if (body.has("model") && !known) {
    return std::unexpected(refuse(404, fmt::format("The model {} does not exist or you have no access to it.", model)));
  }
  FilmAsk ask = call == Call::generation ? read_generation(body, *tree, model) : read_rework(body, *tree, call);
  if (const auto mistake = body.finish()) return std::unexpected(refuse(*mistake));
  ask.order.picture.model = model;
  return ask;
}

class XaiVideo final : public FilmStandIn {
 public:
  using FilmStandIn::FilmStandIn;

 private:
  bool serves_api(const http::Request& request) const override { return request.path.starts_with(kPath); }
  bool is_submit(const http::Request& request) const override {
    return request.method == "POST" && find_call(request.path).has_value();
  }
  std::optional<http::Response> refuse_key(const http::Request& request) const override {
    const std::string_view key = find_key(request, "Bearer");
    if (key.empty()) return refuse(401, "Missing bearer token.");
    // The vendor answers a wrong key with 400.
    if (key.starts_with("bad-")) return refuse(400, "Incorrect API key provided: ba***ey.");
    return std::nullopt;
  }
  std::expected<FilmAsk, http::Response> read_submit(const http::Request& request) const override {
    return read_request(request, *find_call(request.path));
  }
  http::Response accept(std::uint64_t number, const FilmJob&, const std::string&) const override {
    return json_response(200, json::object{{"request_id", print_number(number)}});
  }
  http::Response failure(int status) const override {
    http::Response response = refuse(status, "The sandbox was asked to fail.");
    if (status == 429) response.set("Retry-After", "1");
    return response;
  }
  std::optional<http::Response> refuse_prompt() const override {
    return json_response(400, json::object{{"code", "Client specified an invalid argument"},
                                           {"error", "Generated video rejected by content moderation."},
                                           {"usage", json::object{{"cost_in_usd_ticks", 0}}}});
  }

  http::Response answer_other(const http::Request& request, const std::string& base_url) override {
    const auto number = parse_number(std::string_view(request.path).substr(kPath.size()));
    const auto job = number ? jobs().find(*number) : std::nullopt;
    if (!job) return refuse(404, "The request is not found.");
    if (request.method != "GET") return refuse(405, "The method is not allowed.");
    return describe(*number, *job, base_url);
  }

  static http::Response describe(std::uint64_t number, const FilmJob& job, const std::string& base_url) {
    const FilmState state = state_of(job);
    if (state == FilmState::queued || state == FilmState::running) {
      const auto percent = static_cast<std::int64_t>(job.progress * 100);
      return json_response(202, json::object{{"status", "pending"}, {"progress", percent}});
    }
    const std::int64_t length = job.ask->order.length.count() / 1000;
    json::object video{{"duration", length}, {"respect_moderation", state != FilmState::withheld}};
    if (state == FilmState::made) video["url"] = film_link(base_url, number);
    return json_response(200, json::object{{"status", "done"},
                                           {"progress", 100},
                                           {"model", job.ask->order.picture.model},
                                           {"video", std::move(video)},
                                           {"usage", json::object{{"cost_in_usd_ticks", length * kTicksASecond}}}});
  }
};

}  // namespace

std::unique_ptr<StandIn> make_xai_video(const Clock& clock, Random& random) {
  return std::make_unique<XaiVideo>(clock, random);
}

}  // namespace darkroom::sandbox
