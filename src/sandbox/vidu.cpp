#include "sandbox/vidu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sandbox/answers.h"
#include "sandbox/body_reader.h"
#include "sandbox/film_stand_in.h"
#include "sandbox/media_links.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kPath = "/ent/v2/";
constexpr std::string_view kTasks = "/ent/v2/tasks";

// ---- answers

http::Response refuse(int status, std::string_view reason, std::string_view message) {
  return json_response(status, json::object{{"code", status},
                                            {"reason", reason},
                                            {"message", message},
                                            {"metadata", json::object{{"trace_id", "7f0c00000000sandbox"}}}});
}

http::Response refuse(const Mistake& mistake) {
  return refuse(
      400, mistake.missing ? "FieldLacking" : "FieldInvalid",
      fmt::format("{} field: {}: {}", mistake.missing ? "lacking" : "invalid", mistake.field, mistake.sentence));
}

std::string_view failure_reason(int status) {
  switch (status) {
    case 401: return "Unauthorized";
    case 402: return "CreditInsufficient";
    case 403: return "Forbidden";
    case 404: return "NotFound";
    case 409: return "Conflict";
    case 429: return "TooManyRequests";
    case 499: return "Canceled";
    default: return status < 500 ? "BadRequest" : "InternalServiceFailure";
  }
}

std::string_view print_state(const FilmJob& job) {
  switch (state_of(job)) {
    case FilmState::queued: return "queueing";
    case FilmState::running: return "processing";
    case FilmState::made:
    case FilmState::empty: return "success";
    case FilmState::cancelled:
    case FilmState::withheld: break;
  }
  return "failed";
}

std::string_view print_trouble(const FilmJob& job) {
  if (job.cancelled) return "UserCancelled";
  return state_of(job) == FilmState::withheld ? "CreationPolicyViolation" : "";
}

// ---- the request

struct Endpoint {
  std::string_view name;
  std::string_view models;  // between blanks
  std::size_t fewest_pictures;
  std::size_t most_pictures;
  bool has_ratio;
  bool needs_prompt;
};
constexpr std::string_view kFrameModels =
    " viduq3-pro viduq3-turbo viduq3-pro-fast viduq2-pro-fast viduq2-pro viduq2-turbo viduq1 vidu2.0 ";
constexpr Endpoint kEndpoints[] = {
    {"text2video", " viduq3-turbo viduq3-pro viduq2 viduq1 ", 0, 0, true, true},
    {"img2video", kFrameModels, 1, 1, false, false},
    {"start-end2video", kFrameModels, 2, 2, false, false},
    {"reference2video", " viduq3 viduq3-pro viduq3-turbo viduq3-mix viduq2-pro viduq2 viduq1 vidu2.0 ", 1, 7, true,
     true},
};

const Endpoint* find_endpoint(std::string_view path) {
  if (!path.starts_with(kPath)) return nullptr;
  const auto* found = std::ranges::find(kEndpoints, path.substr(kPath.size()), &Endpoint::name);
  return found == std::end(kEndpoints) ? nullptr : found;
}

bool is_q3(std::string_view model) { return model.starts_with("viduq3"); }

// q3: 1 to 16 seconds, to follow pictures 3 to 16; q2: 1 to 10; q1: 5; vidu2.0: 4 or 8.
std::int64_t read_duration(BodyReader& body, std::string_view model, const Endpoint& endpoint) {
  if (is_q3(model)) return body.integer("duration", endpoint.name == "reference2video" ? 3 : 1, 16, 5);
  if (model.starts_with("viduq2")) return body.integer("duration", 1, 10, 5);
  return body.integer("duration", 4, 8, 5);
}

std::vector<std::string> read_pictures(BodyReader& body, const Endpoint& endpoint) {
  std::vector<std::string> pictures;
  if (endpoint.fewest_pictures > 0) body.require("images");
  const json::array* images = body.list("images", endpoint.fewest_pictures, endpoint.most_pictures);
  if (images == nullptr) return pictures;
  for (const json::value& image : *images) {
    auto bytes = image.is_string() ? read_link(image.get_string(), Medium::picture) : std::nullopt;
    if (!bytes) {
      body.refuse("images", "must be links or pictures that can be read");
      break;
    }
    pictures.push_back(std::move(*bytes));
  }
  return pictures;
}

// Both ends of a film have about the same shape.
void check_ends(BodyReader& body, const std::vector<std::string>& pictures) {
  if (pictures.size() != 2) return;
  const auto first = find_picture_size(as_bytes(pictures[0]));
  const auto last = find_picture_size(as_bytes(pictures[1]));
  if (!first || !last) return;
  const double quotient = (static_cast<double>(first->width_pixels) / first->height_pixels) /
                          (static_cast<double>(last->width_pixels) / last->height_pixels);
  if (quotient < 0.8 || quotient > 1.25) body.refuse("images", "must have about the same aspect ratio");
}

std::uint32_t short_side(std::string_view resolution) {
  if (resolution == "540p") return 540;
  return resolution == "720p" ? 720 : 1080;
}

PixelSize choose_size(const std::string& ratio, std::string_view resolution, const Endpoint& endpoint,
                      const std::vector<std::string>& pictures) {
  Ratio shape = parse_ratio(ratio).value_or(Ratio());
  if (!endpoint.has_ratio) {
    if (const auto first = find_first_shape(pictures)) shape = {first->width_pixels, first->height_pixels};
  }
  return size_of_short_side(shape, short_side(resolution));
}

void check_rest(BodyReader& body, std::string_view model, const Endpoint& endpoint) {
  if (body.has("aspect_ratio") && !endpoint.has_ratio) body.refuse("aspect_ratio", "is not taken here");
  if (is_q3(model)) {
    for (const char* old : {"style", "bgm"}) {
      if (body.has(old)) body.refuse(old, "is not supported by this model");
    }
  }
  body.word("style", {"general", "anime"});
  body.word("movement_amplitude", {"auto", "small", "medium", "large"});
  body.word("audio_type", {"all", "speech_only", "sound-effect_only"});
  body.flag("bgm", false);
  body.flag("off_peak", false);
  body.flag("is_rec", false);
  body.flag("watermark", false);
  body.integer("wm_position", 1, 4, 1);
  body.pass({"voice_id", "wm_url", "meta_data", "callback_url"});
}

std::expected<FilmAsk, http::Response> read_request(std::string_view text, const Endpoint& endpoint) {
  const auto tree = json::parse_object(text, {.depth = 32, .bytes = kMaxBodyBytes});
  if (!tree) return std::unexpected(refuse(400, "BadRequest", "the request body is no JSON object"));
  BodyReader body(*tree);
  body.require("model");
  const std::string model = body.text("model");
  if (body.has("model") && endpoint.models.find(fmt::format(" {} ", model)) == std::string_view::npos) {
    return std::unexpected(refuse(400, "ModelUnavailable", fmt::format("the model {} is not available here", model)));
  }
  if (endpoint.needs_prompt) body.require("prompt");
  FilmAsk ask;
  Painting& picture = ask.order.picture;
  picture.model = model;
  picture.prompt = body.text("prompt", 20'000);
  picture.references = read_pictures(body, endpoint);
  if (endpoint.name == "start-end2video") check_ends(body, picture.references);
  const std::string ratio = body.word("aspect_ratio", {"16:9", "9:16", "3:4", "4:3", "1:1"}, "16:9");
  const std::string resolution = body.word("resolution", {"540p", "720p", "1080p"}, "720p");
  const std::int64_t length = read_duration(body, model, endpoint);
  const std::int64_t seed = body.integer("seed", 0, 4'294'967'295, 0);
  ask.order.sound = body.flag("audio", is_q3(model));
  const std::string payload = body.text("payload", 1'048'576);
  check_rest(body, model, endpoint);
  if (const auto mistake = body.finish()) return std::unexpected(refuse(*mistake));
  picture.size = choose_size(ratio, resolution, endpoint, picture.references);
  picture.label = fmt::format("{} \u00b7 {} \u00b7 {} s", endpoint.name, resolution, length);
  ask.order.length = seconds(length);
  ask.echo = {
      {"duration", length},           {"seed", seed},          {"aspect_ratio", ratio}, {"resolution", resolution},
      {"audio", ask.order.sound},     {"bgm", false},          {"off_peak", false},     {"payload", payload},
      {"movement_amplitude", "auto"}, {"credits", 20 * length}};
  return ask;
}

class Vidu final : public FilmStandIn {
 public:
  using FilmStandIn::FilmStandIn;

 private:
  bool serves_api(const http::Request& request) const override { return request.path.starts_with(kPath); }
  bool is_submit(const http::Request& request) const override {
    return request.method == "POST" && find_endpoint(request.path) != nullptr;
  }
  std::optional<http::Response> refuse_key(const http::Request& request) const override {
    const std::string_view key = find_key(request, "Token");
    if (!key.empty() && !key.starts_with("bad-")) return std::nullopt;
    return refuse(401, "Unauthorized", "the token is missing or invalid");
  }
  std::expected<FilmAsk, http::Response> read_submit(const http::Request& request) const override {
    return read_request(request.body, *find_endpoint(request.path));
  }
  http::Response accept(std::uint64_t number, const FilmJob& job, const std::string&) const override {
    const Painting& picture = job.ask->order.picture;
    json::object task{{"task_id", fmt::format("{}", number)},
                      {"state", "created"},
                      {"model", picture.model},
                      {"prompt", picture.prompt},
                      {"created_at", print_time(job.ask->asked_at, "T", "Z")}};
    for (const auto& member : job.ask->echo) task[member.key()] = member.value();
    return json_response(200, task);
  }
  http::Response failure(int status) const override {
    http::Response response = refuse(status, failure_reason(status), "the sandbox was asked to fail");
    if (status == 429) response.set("Retry-After", "1");
    return response;
  }
  std::optional<http::Response> refuse_prompt() const override {
    return refuse(400, "TaskPromptPolicyViolation", "the prompt goes against the policy");
  }

  http::Response answer_other(const http::Request& request, const std::string& base_url) override {
    if (request.method == "GET" && request.path == kTasks) return list(base_url);
    std::string_view rest = request.path;
    rest.remove_prefix(std::min(kTasks.size() + 1, rest.size()));
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view verb = rest.substr(slash);
    const auto number = parse_decimal(rest.substr(0, slash));
    const auto job = number ? jobs().find(*number) : std::nullopt;
    if (!job) return refuse(404, "TaskNotFound", "the task does not exist");
    if (request.method == "GET" && verb == "/creations") {
      return json_response(200, describe(*number, *job, base_url));
    }
    if (request.method != "POST" || verb != "/cancel") return refuse(404, "NotFound", "no such path");
    if (state_of(*job) != FilmState::queued) return refuse(409, "Conflict", "the task is not queued");
    jobs().cancel(*number);
    return json_response(200, json::object());
  }

  static json::object describe(std::uint64_t number, const FilmJob& job, const std::string& base_url) {
    json::object task{{"id", fmt::format("{}", number)},
                      {"state", print_state(job)},
                      {"err_code", print_trouble(job)},
                      {"creations", json::array()}};
    for (const char* name : {"credits", "payload", "bgm", "off_peak"}) task[name] = job.ask->echo.at(name);
    if (state_of(job) != FilmState::made) return task;
    const std::string link = film_link(base_url, number);
    task["creations"] = json::array{json::object{{"id", print_number(number)},
                                                 {"url", link},
                                                 {"cover_url", frame_link(base_url, number)},
                                                 {"watermarked_url", link},
                                                 {"moderation_url", json::array()}}};
    return task;
  }

  http::Response list(const std::string& base_url) {
    constexpr std::size_t kPage = 100;
    json::array tasks;
    const auto all = jobs().list();
    for (const auto& [number, job] : all) {
      if (tasks.size() < kPage) tasks.push_back(describe(number, job, base_url));
    }
    return json_response(
        200, json::object{{"tasks", std::move(tasks)}, {"next_page_token", all.size() > kPage ? "next" : ""}});
  }
};

}  // namespace

std::unique_ptr<StandIn> make_vidu(const Clock& clock, Random& random) { return std::make_unique<Vidu>(clock, random); }

}  // namespace darkroom::sandbox
