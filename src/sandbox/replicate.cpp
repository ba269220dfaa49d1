#include "sandbox/replicate.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/answers.h"
#include "sandbox/body_reader.h"
#include "sandbox/film_stand_in.h"
#include "sandbox/media_links.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kModels = "/v1/models/";
constexpr std::string_view kPredictions = "/v1/predictions";
constexpr std::string_view kTopaz = "topazlabs/video-upscale";
constexpr std::string_view kBytedance = "bytedance/video-upscaler";
constexpr std::int64_t kMostFrames = 60;  // a second, of what is painted here

http::Response refuse(int status, std::string_view detail) {
  const std::string_view title = status == 401   ? "Unauthenticated"
                                 : status == 404 ? "Not found"
                                 : status == 422 ? "Input validation failed"
                                                 : "Error";
  return json_response(status, json::object{{"detail", detail}, {"title", title}, {"status", status}});
}

std::string_view print_status(FilmState state) {
  switch (state) {
    case FilmState::queued: return "starting";
    case FilmState::running: return "processing";
    case FilmState::cancelled: return "canceled";
    case FilmState::made:
    case FilmState::empty: return "succeeded";
    case FilmState::withheld: break;
  }
  return "failed";
}

// ---- the request

// "owner/name" out of the path of an official model; empty for another path.
std::string_view find_model(std::string_view path) {
  constexpr std::string_view kEnd = "/predictions";
  if (!path.starts_with(kModels) || !path.ends_with(kEnd) || path.size() < kModels.size() + kEnd.size()) return {};
  return path.substr(kModels.size(), path.size() - kModels.size() - kEnd.size());
}

PixelSize size_of(std::string_view resolution) {
  if (resolution == "4k") return {3840, 2160};
  if (resolution == "2k") return {2560, 1440};
  return resolution == "720p" ? PixelSize{1280, 720} : PixelSize{1920, 1080};
}

// The film lies behind a link, which is not followed here: what comes back is of a usual length.
FilmAsk read_input(BodyReader& input, std::string_view model) {
  FilmAsk ask;
  input.require("video");
  const std::string link = input.text("video");
  if (input.has("video") && !link.starts_with("http") && !link.starts_with("data:video/")) {
    input.refuse("video", "Does not match format 'uri'");
  }
  std::string resolution;
  if (model == kBytedance) {
    resolution = input.word("target_resolution", {"720p", "1080p", "2k", "4k"}, "4k");
    input.word("scene", {"common", "ugc", "short_series", "aigc", "old_film"});
    input.word("processing_type", {"standard", "pro"});
  } else {
    resolution = input.word("target_resolution", {"720p", "1080p", "4k"}, "1080p");
  }
  const std::int64_t fps = input.integer("target_fps", 1, 120, 60);
  ask.order.picture.size = size_of(resolution);
  ask.order.picture.label = fmt::format("{} \u00b7 {} fps", resolution, fps);
  // An enlarged film has no prompt; the words for the sandbox may stand in its link.
  ask.order.picture.prompt = words_of_link(link);
  ask.order.frames_per_second = static_cast<unsigned>(std::min(fps, kMostFrames));
  ask.order.sound = true;
  return ask;
}

std::expected<FilmAsk, http::Response> read_request(const http::Request& request) {
  const auto tree = json::parse_object(request.body, {.depth = 32, .bytes = kMaxBodyBytes});
  if (!tree) return std::unexpected(refuse(400, "The request body is no JSON object."));
  BodyReader body(*tree);
  std::string_view model = find_model(request.path);
  if (model.empty()) {
    // A release of a model: which model it is, its hash alone does not say here.
    body.require("version");
    body.text("version");
    model = kTopaz;
  } else if (model != kTopaz && model != kBytedance) {
    return std::unexpected(refuse(404, "The requested resource could not be found."));
  }
  body.require("input");
  body.text("webhook");
  body.list("webhook_events_filter", 0, 4);
  static const json::object kNone;
  const json::object* members = body.object("input");
  BodyReader input(members == nullptr ? kNone : *members, "input.");
  FilmAsk ask = read_input(input, model);
  body.refuse(input.finish());
  if (const auto mistake = body.finish()) {
    return std::unexpected(refuse(422, fmt::format("- {}: {}\n", mistake->field, mistake->sentence)));
  }
  ask.order.picture.model = model;
  return ask;
}

class Replicate final : public FilmStandIn {
 public:
  using FilmStandIn::FilmStandIn;

 private:
  bool serves_api(const http::Request& request) const override {
    return request.path.starts_with(kPredictions) || !find_model(request.path).empty();
  }
  bool is_submit(const http::Request& request) const override {
    return request.method == "POST" && (request.path == kPredictions || !find_model(request.path).empty());
  }
  std::optional<http::Response> refuse_key(const http::Request& request) const override {
    const std::string_view key = find_key(request, "Bearer");
    if (!key.empty() && !key.starts_with("bad-")) return std::nullopt;
    return refuse(401, "You did not pass a valid authentication token");
  }
  std::expected<FilmAsk, http::Response> read_submit(const http::Request& request) const override {
    return read_request(request);
  }
  http::Response accept(std::uint64_t number, const FilmJob& job, const std::string& base_url) const override {
    return json_response(201, describe(number, job, base_url));
  }
  http::Response failure(int status) const override {
    if (status != 429) return refuse(status, "The sandbox was asked to fail.");
    return refuse(status, "Request was throttled. Your rate limit resets in ~1s.");
  }
  std::optional<http::Response> refuse_prompt() const override { return std::nullopt; }

  http::Response answer_other(const http::Request& request, const std::string& base_url) override {
    constexpr std::string_view kCancel = "/cancel";
    std::string_view id = request.path;
    id.remove_prefix(std::min(kPredictions.size() + 1, id.size()));
    const bool cancels = id.ends_with(kCancel);
    if (cancels) id.remove_suffix(kCancel.size());
    const auto number = parse_number(id);
    auto job = number ? jobs().find(*number) : std::nullopt;
    if (!job) return refuse(404, "The requested resource could not be found.");
    if (request.method != (cancels ? "POST" : "GET")) return refuse(405, "Method not allowed.");
    if (cancels && jobs().cancel(*number)) job = jobs().find(*number);
    return json_response(200, describe(*number, *job, base_url));
  }

  static json::object describe(std::uint64_t number, const FilmJob& job, const std::string& base_url) {
    const FilmState state = state_of(job);
    const std::string id = print_number(number);
    const std::string place = fmt::format("{}{}/{}", base_url, kPredictions, id);
    json::object tree{{"id", id},
                      {"model", job.ask->order.picture.model},
                      {"status", print_status(state)},
                      {"input", json::object()},
                      {"output", nullptr},
                      {"error", nullptr},
                      {"logs", ""},
                      {"metrics", json::object()},
                      {"urls", json::object{{"get", place}, {"cancel", place + "/cancel"}}},
                      {"created_at", print_time(job.ask->asked_at, "T", "Z")},
                      {"data_removed", false}};
    if (state == FilmState::made) tree["output"] = film_link(base_url, number);
    if (state == FilmState::withheld) {
      tree["error"] = "The input or output was flagged as sensitive. Please try again with different inputs. (E005)";
    }
    return tree;
  }
};

}  // namespace

std::unique_ptr<StandIn> make_replicate(const Clock& clock, Random& random) {
  return std::make_unique<Replicate>(clock, random);
}

}  // namespace darkroom::sandbox
