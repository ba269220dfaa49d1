#include "sandbox/dashscope.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/answers.h"
#include "sandbox/dashscope_request.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kSubmit = "/api/v1/services/aigc/video-generation/video-synthesis";
constexpr std::string_view kTasks = "/api/v1/tasks/";
constexpr std::string_view kCancel = "/cancel";

std::string_view failure_code(int status) {
  switch (status) {
    case 401: return "InvalidApiKey";
    case 402: return "Arrearage";
    case 403: return "AccessDenied";
    case 404: return "ModelNotFound";
    case 429: return "Throttling.RateQuota";
    case 503: return "ServiceUnavailable";
    default: return status < 500 ? "InvalidParameter" : "InternalError";
  }
}

std::string_view print_status(FilmState state) {
  switch (state) {
    case FilmState::queued: return "PENDING";
    case FilmState::running: return "RUNNING";
    case FilmState::cancelled: return "CANCELED";
    case FilmState::made:
    case FilmState::empty: return "SUCCEEDED";
    case FilmState::withheld: break;
  }
  return "FAILED";
}

class Dashscope final : public FilmStandIn {
 public:
  using FilmStandIn::FilmStandIn;

 private:
  bool serves_api(const http::Request& request) const override {
    return request.path == kSubmit || request.path.starts_with(kTasks);
  }
  bool is_submit(const http::Request& request) const override {
    return request.method == "POST" && request.path == kSubmit;
  }
  std::optional<http::Response> refuse_key(const http::Request& request) const override {
    const std::string_view key = find_key(request, "Bearer");
    if (!key.empty() && !key.starts_with("bad-")) return std::nullopt;
    return dashscope_refusal(401, "InvalidApiKey", "Invalid API-key provided.");
  }
  std::expected<FilmAsk, http::Response> read_submit(const http::Request& request) const override {
    if (request.header("X-DashScope-Async") != "enable") {
      return std::unexpected(
          dashscope_refusal(403, "AccessDenied", "current user api does not support synchronous calls."));
    }
    return read_dashscope_request(request.body);
  }
  http::Response accept(std::uint64_t number, const FilmJob&, const std::string&) const override {
    return json_response(
        200, json::object{{"request_id", print_number(number)},
                          {"output", json::object{{"task_id", print_number(number)}, {"task_status", "PENDING"}}}});
  }
  http::Response failure(int status) const override {
    http::Response response = dashscope_refusal(status, failure_code(status), "The sandbox was asked to fail.");
    if (status == 429) response.set("Retry-After", "1");
    return response;
  }
  std::optional<http::Response> refuse_prompt() const override {
    return dashscope_refusal(400, "DataInspectionFailed", "Input data may contain inappropriate content.");
  }

  http::Response answer_other(const http::Request& request, const std::string& base_url) override {
    if (request.method == "GET" && request.path == kTasks) return list(request);
    std::string_view id = request.path;
    id.remove_prefix(std::min(kTasks.size(), id.size()));
    const bool cancels = id.ends_with(kCancel);
    if (cancels) id.remove_suffix(kCancel.size());
    const auto number = parse_number(id);
    const auto job = number ? jobs().find(*number) : std::nullopt;
    if (cancels && request.method == "POST") return cancel(number.value_or(0), job);
    if (request.method != "GET") return dashscope_refusal(405, "InvalidParameter", "The method is not allowed.");
    if (job) return json_response(200, describe(*number, *job, base_url));
    return json_response(200, json::object{{"request_id", "r-unknown"},
                                           {"output", json::object{{"task_id", id}, {"task_status", "UNKNOWN"}}}});
  }

  http::Response cancel(std::uint64_t number, const std::optional<FilmJob>& job) {
    if (!job || state_of(*job) != FilmState::queued) {
      return dashscope_refusal(400, "UnsupportedOperation",
                               "Failed to cancel the task, please confirm if the task is "
                               "in PENDING status.");
    }
    jobs().cancel(number);
    return json_response(200, json::object{{"request_id", print_number(number)}});
  }

  static json::object describe(std::uint64_t number, const FilmJob& job, const std::string& base_url) {
    const FilmAsk& ask = *job.ask;
    const FilmState state = state_of(job);
    json::object output{{"task_id", print_number(number)},
                        {"task_status", print_status(state)},
                        {"submit_time", print_time(ask.asked_at, " ", "")}};
    if (state == FilmState::withheld) {
      output["code"] = "DataInspectionFailed";
      output["message"] = "Output data may contain inappropriate content.";
    }
    json::object tree{{"request_id", print_number(number)}};
    if (state == FilmState::made || state == FilmState::empty) {
      const std::int64_t length = ask.order.length.count() / 1000;
      output["orig_prompt"] = ask.order.picture.prompt;
      tree["usage"] = json::object{{"duration", length}, {"input_video_duration", 0}, {"output_video_duration", length},
                                   {"video_count", 1},   {"SR", ask.echo.at("SR")},   {"ratio", ask.echo.at("ratio")}};
    }
    if (state == FilmState::made) output["video_url"] = film_link(base_url, number);
    tree["output"] = std::move(output);
    return tree;
  }

  http::Response list(const http::Request& request) {
    constexpr std::size_t kPage = 100;
    const auto model = request.query_parameter("model_name");
    const auto status = request.query_parameter("status");
    json::array data;
    std::int64_t total = 0;
    for (const auto& [number, job] : jobs().list()) {
      if (model && !model->empty() && *model != job.ask->order.picture.model) continue;
      if (status && !status->empty() && *status != print_status(state_of(job))) continue;
      if (++total > static_cast<std::int64_t>(kPage)) continue;
      data.push_back(json::object{{"task_id", print_number(number)},
                                  {"status", print_status(state_of(job))},
                                  {"model_name", job.ask->order.picture.model},
                                  {"gmt_create", to_millis(job.ask->asked_at)}});
    }
    return json_response(200, json::object{{"request_id", "r-list"},
                                           {"total", total},
                                           {"data", std::move(data)},
                                           {"page_no", 1},
                                           {"page_size", kPage}});
  }
};

}  // namespace

std::unique_ptr<StandIn> make_dashscope(const Clock& clock, Random& random) {
  return std::make_unique<Dashscope>(clock, random);
}

}  // namespace darkroom::sandbox
