#include "sandbox/fal.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/answers.h"
#include "sandbox/body_reader.h"
#include "sandbox/film_stand_in.h"
#include "sandbox/media_links.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kOwner = "/fal-ai/";
constexpr std::string_view kRequests = "/requests/";

// ---- answers

// A model's own error: what, where, and a type to branch on.
http::Response refuse_input(std::string_view field, std::string_view sentence, std::string_view type) {
  json::object detail{{"loc", json::array{"body", field}},
                      {"msg", sentence},
                      {"type", type},
                      {"url", fmt::format("https://docs.fal.ai/errors#{}", type)}};
  http::Response response = json_response(422, json::object{{"detail", json::array{std::move(detail)}}});
  response.set("X-Fal-Error-Type", type);
  return response;
}

http::Response refuse(int status, std::string_view text, std::string_view type = "") {
  json::object tree{{"detail", text}};
  if (!type.empty()) tree["error_type"] = type;
  http::Response response = json_response(status, tree);
  if (!type.empty()) response.set("X-Fal-Error-Type", type);
  return response;
}

std::string_view failure_type(int status) {
  switch (status) {
    case 429: return "concurrent_requests_limit";
    case 503: return "runner_scheduling_failure";
    case 504: return "request_timeout";
    default: return status < 500 ? "" : "internal_server_error";
  }
}

// ---- the request

struct Application {
  std::string_view path;   // that a request is sent to
  std::string_view place;  // below which it then lives
};
constexpr Application kBytedance{"/fal-ai/bytedance-upscaler/upscale/video", "/fal-ai/bytedance-upscaler"};
constexpr Application kTopaz{"/fal-ai/topaz/upscale/video", "/fal-ai/topaz"};

const Application* find_application(std::string_view path) {
  for (const Application* application : {&kBytedance, &kTopaz}) {
    if (path == application->path) return application;
  }
  return nullptr;
}

PixelSize size_of(std::string_view resolution) {
  if (resolution == "4k") return {3840, 2160};
  return resolution == "2k" ? PixelSize{2560, 1440} : PixelSize{1920, 1080};
}

// The film lies behind a link, which is not followed here: what comes back is of a usual length.
FilmAsk read_bytedance(BodyReader& body) {
  FilmAsk ask;
  const std::string resolution = body.word("target_resolution", {"1080p", "2k", "4k"}, "1080p");
  const std::string speed = body.word("target_fps", {"30fps", "60fps"}, "30fps");
  body.word("enhancement_preset", {"general", "ugc", "short_series", "aigc", "old_film"});
  body.word("enhancement_tier", {"fast", "standard", "pro"});
  body.word("fidelity", {"high", "medium"});
  ask.order.picture.size = size_of(resolution);
  ask.order.picture.label = fmt::format("{} \u00b7 {}", resolution, speed);
  ask.order.frames_per_second = speed == "60fps" ? 60 : 30;
  return ask;
}

FilmAsk read_topaz(BodyReader& body) {
  FilmAsk ask;
  const std::int64_t factor = body.integer("upscale_factor", 1, 4, 2);
  ask.order.frames_per_second = static_cast<unsigned>(body.integer("target_fps", 16, 60, 24));
  body.text("model");
  body.flag("H264_output", false);
  ask.order.picture.size = {960 * static_cast<std::uint32_t>(factor), 540 * static_cast<std::uint32_t>(factor)};
  ask.order.picture.label = fmt::format("{} times", factor);
  return ask;
}

std::expected<FilmAsk, http::Response> read_request(const http::Request& request) {
  const Application* application = find_application(request.path);
  const auto tree = json::parse_object(request.body, {.depth = 32, .bytes = kMaxBodyBytes});
  if (!tree) return std::unexpected(refuse_input("body", "JSON decode error", "json_invalid"));
  BodyReader body(*tree);
  body.require("video_url");
  const std::string link = body.text("video_url");
  if (body.has("video_url") && !link.starts_with("http") && !link.starts_with("data:video/")) {
    return std::unexpected(refuse_input("video_url", "Failed to download the file.", "file_download_error"));
  }
  FilmAsk ask = application == &kTopaz ? read_topaz(body) : read_bytedance(body);
  if (const auto mistake = body.finish()) {
    return std::unexpected(
        refuse_input(mistake->field, mistake->sentence, mistake->missing ? "missing" : "value_error"));
  }
  ask.order.picture.model = application->path.substr(1);
  // An enlarged film has no prompt; the words for the sandbox may stand in its link.
  ask.order.picture.prompt = words_of_link(link);
  ask.order.sound = true;
  ask.echo = {{"place", application->place}};
  return ask;
}

class Fal final : public FilmStandIn {
 public:
  using FilmStandIn::FilmStandIn;

 private:
  bool serves_api(const http::Request& request) const override { return request.path.starts_with(kOwner); }
  bool is_submit(const http::Request& request) const override {
    return request.method == "POST" && find_application(request.path) != nullptr;
  }
  std::optional<http::Response> refuse_key(const http::Request& request) const override {
    const std::string_view key = find_key(request, "Key");
    if (!key.empty() && !key.starts_with("bad-")) return std::nullopt;
    return refuse(401, "Cannot access application. Authentication is required to access this application.");
  }
  std::expected<FilmAsk, http::Response> read_submit(const http::Request& request) const override {
    return read_request(request);
  }

  static json::object describe(std::uint64_t number, const FilmJob& job, const std::string& base_url) {
    const std::string place =
        fmt::format("{}{}{}{}", base_url, json::get_string(job.ask->echo, "place"), kRequests, print_number(number));
    const FilmState state = state_of(job);
    const std::string_view status = state == FilmState::queued    ? "IN_QUEUE"
                                    : state == FilmState::running ? "IN_PROGRESS"
                                                                  : "COMPLETED";
    json::object tree{{"request_id", print_number(number)},
                      {"status", status},
                      {"response_url", place},
                      {"status_url", place + "/status"},
                      {"cancel_url", place + "/cancel"}};
    if (state == FilmState::queued) tree["queue_position"] = 0;
    return tree;
  }

  http::Response accept(std::uint64_t number, const FilmJob& job, const std::string& base_url) const override {
    return json_response(200, describe(number, job, base_url));
  }
  http::Response failure(int status) const override {
    http::Response response = refuse(status, "The sandbox was asked to fail.", failure_type(status));
    if (status == 429) response.set("Retry-After", "1");
    if (status == 429 || status >= 500) response.set("X-Fal-Needs-Retry", "1");
    return response;
  }
  std::optional<http::Response> refuse_prompt() const override {
    return refuse_input("video_url", "The content was flagged.", "content_policy_violation");
  }

  http::Response answer_other(const http::Request& request, const std::string& base_url) override {
    const std::string_view path = request.path;
    const std::size_t at = path.find(kRequests);
    if (at == std::string_view::npos) return refuse(404, "Application not found");
    std::string_view rest = path.substr(at + kRequests.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const auto number = parse_number(rest.substr(0, slash));
    const auto job = number ? jobs().find(*number) : std::nullopt;
    if (!job || path.substr(0, at) != json::get_string(job->ask->echo, "place")) {
      return refuse(404, "Request not found");
    }
    const std::string_view verb = rest.substr(slash);
    if (verb == "/cancel" && request.method == "PUT") return cancel(*number);
    if (request.method != "GET") return refuse(405, "Method Not Allowed");
    if (verb == "/status") return show_status(*number, *job, base_url);
    return verb.empty() ? show_result(*number, *job, base_url) : refuse(404, "Not found");
  }

  http::Response cancel(std::uint64_t number) {
    if (jobs().cancel(number)) return json_response(202, json::object{{"status", "CANCELLATION_REQUESTED"}});
    return json_response(400, json::object{{"status", "ALREADY_COMPLETED"}});
  }

  static http::Response show_status(std::uint64_t number, const FilmJob& job, const std::string& base_url) {
    json::object tree = describe(number, job, base_url);
    const bool over = tree.at("status") == "COMPLETED";
    tree["logs"] = nullptr;
    if (over) tree["metrics"] = json::object{{"inference_time", 2.5}};
    return json_response(over ? 200 : 202, tree);
  }

  // The result has the status of the model's own answer.
  static http::Response show_result(std::uint64_t number, const FilmJob& job, const std::string& base_url) {
    switch (state_of(job)) {
      case FilmState::queued:
      case FilmState::running: return refuse(400, "Request is still in progress");
      case FilmState::cancelled: return refuse(499, "Request was cancelled", "client_cancelled");
      case FilmState::withheld:
        return refuse_input("video_url", "The content was flagged.", "content_policy_violation");
      case FilmState::empty: return json_response(200, json::object());
      case FilmState::made: break;
    }
    return json_response(200, json::object{{"video", json::object{{"url", film_link(base_url, number)},
                                                                  {"content_type", "video/mp4"},
                                                                  {"file_name", "output.mp4"}}}});
  }
};

}  // namespace

std::unique_ptr<StandIn> make_fal(const Clock& clock, Random& random) { return std::make_unique<Fal>(clock, random); }

}  // namespace darkroom::sandbox
