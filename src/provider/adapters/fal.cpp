#include "provider/adapters/fal.h"

#include <fmt/format.h>

#include <algorithm>

#include "provider/adapters/enhance.h"
#include "provider/adapters/faults.h"
#include "provider/adapters/media_wire.h"

namespace darkroom::provider {
namespace {

constexpr std::string_view kScheme = "Key";
// How long the vendor keeps a result is a setting of the account, with no default that could be relied on; a day is far
// longer than we take to fetch it.
constexpr std::string_view kLifetime = R"({"expiration_duration_seconds":86400})";

constexpr FaultRow kRows[] = {
    {"content_policy_violation", Fault::content},
    {"value_error", Fault::request},
    {"missing", Fault::request},
    {"image_too_large", Fault::request},
    {"file_download_error", Fault::request},
    {"concurrent_requests_limit", Fault::quota},
    {"downstream_service_error", Fault::overload},
    {"generation_timeout", Fault::overload},
    {"runner_scheduling_failure", Fault::overload},
    {"request_timeout", Fault::overload},
    {"client_cancelled", Fault::strange},
};

// ---- the request

// The vendor's own two speeds.
Result<std::string_view> choose_speed(double fps) {
  if (fps <= 30) return "30fps";
  if (fps <= 60) return "60fps";
  return fail(Code::invalid_parameter, "this route makes at most 60 frames a second", "fps");
}

Result<json::object> make_bytedance_input(const EnhanceOrder& order) {
  json::object input;
  if (!order.resolution.empty()) {
    if (order.resolution == "720p") return fail(Code::invalid_parameter, "this route has no 720p", "resolution");
    input["target_resolution"] = order.resolution;
  }
  if (order.fps) {
    const Result<std::string_view> speed = choose_speed(*order.fps);
    if (!speed) return std::unexpected(speed.error());
    input["target_fps"] = *speed;
  }
  if (!order.scene.empty()) input["enhancement_preset"] = order.scene == "common" ? "general" : order.scene;
  if (order.professional) input["enhancement_tier"] = "pro";
  return input;
}

// Topaz enlarges by a factor, and nothing here knows the size of the film: a size cannot be promised.
Result<json::object> make_topaz_input(const EnhanceOrder& order) {
  if (!order.resolution.empty()) {
    return fail(Code::invalid_parameter, "this route enlarges by a factor, not to a size", "resolution");
  }
  json::object input{{"H264_output", true}};
  if (order.fps) input["target_fps"] = static_cast<std::int64_t>(*order.fps);
  return input;
}

Result<json::object> make_input(const Job& job) {
  Result<EnhanceOrder> order = read_enhance_order(job);
  if (!order) return std::unexpected(std::move(order.error()));
  const std::string& model = job.wire_model;
  Result<json::object> input = fail(Code::invalid_parameter, "this route has no such application", "model");
  if (model.starts_with("fal-ai/bytedance-upscaler/")) input = make_bytedance_input(*order);
  if (model.starts_with("fal-ai/topaz/")) input = make_topaz_input(*order);
  if (input) (*input)["video_url"] = order->video_url;
  return input;
}

// ---- where a request lives

bool is_path(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
           c == '/';
  });
}

// "fal-ai/topaz/requests/q-1" out of the link to the result: the vendor says where a request lives, which is not below
// the path that it was sent to, but the host is ours to choose.
std::string find_place(std::string_view link) {
  const std::size_t requests = link.find("/requests/");
  if (requests == std::string_view::npos || requests == 0) return {};
  const std::size_t app = link.rfind('/', requests - 1);
  const std::size_t owner = app == std::string_view::npos || app == 0 ? app : link.rfind('/', app - 1);
  if (owner == std::string_view::npos || owner + 1 == app || app + 1 == requests) return {};
  const std::string_view place = link.substr(owner + 1);
  return is_path(place) && !place.ends_with('/') ? std::string(place) : std::string();
}

// ---- the answers

struct Trouble {
  Fault fault = Fault::strange;
  std::string code;
  bool has_type = false;  // the vendor speaks of the request, not only of the call
};

// fal: branch on the type, never on the message.
std::string_view find_type(const Answer& answer) {
  const json::object* document = find_document(answer);
  if (document != nullptr) {
    const json::array* details = find_array(*document, "detail");
    const json::object* first = details == nullptr || details->empty() ? nullptr : details->front().if_object();
    if (first != nullptr && !find_text(*first, "type").empty()) return find_text(*first, "type");
    if (!find_text(*document, "error_type").empty()) return find_text(*document, "error_type");
  }
  return http::find_header(answer.headers, "X-Fal-Error-Type").value_or("");
}

bool needs_retry(const Answer& answer) {
  for (const char* name : {"X-Fal-Needs-Retry", "X-Fal-Retryable"}) {
    const auto word = http::find_header(answer.headers, name);
    if (word == "1" || word == "true") return true;
  }
  return false;
}

Trouble read_trouble(const Answer& answer) {
  const std::string_view type = find_type(answer);
  Trouble trouble{find_fault(kRows, type).value_or(find_fault(answer.status)),
                  print_word(type, fmt::format("http_{}", answer.status)), !type.empty()};
  if (needs_retry(answer) && trouble.fault != Fault::quota) trouble.fault = Fault::overload;
  return trouble;
}

// COMPLETED says that it is over, not that it went well.
Verdict read_status(const Job& job, std::string_view place, const Answer& answer, const json::object& document) {
  const std::string_view status = find_text(document, "status");
  if (status == "IN_QUEUE" || status == "IN_PROGRESS") return Pending{};
  if (status != "COMPLETED") return Unreadable{fmt::format("status {}", print_word(status, "absent"))};
  if (find_text(document, "error").empty() && find_text(document, "error_type").empty()) {
    return AskAlso{make_request("GET", fmt::format("/{}", place), kScheme, job.api_key)};
  }
  const std::string_view type = find_type(answer);
  return judge_job(find_fault(kRows, type).value_or(Fault::strange), print_word(type, "failed"));
}

Verdict read_film(const json::object& document) {
  const json::object* video = find_object(document, "video");
  const std::string_view url = video == nullptr ? std::string_view() : find_text(*video, "url");
  if (url.empty()) return Unreadable{"no film"};
  const std::string_view mime = json::find(*video, "content_type") == nullptr ? "" : find_text(*video, "content_type");
  return Completed{{UrlOutput{std::string(url), std::string(mime.substr(0, 64)), OutputRole::result, {}}}};
}

// The result's own status is that of the model's work.
Verdict read_result(const Answer& answer) {
  const json::object* document = find_document(answer);
  if (is_success(answer)) return document == nullptr ? Verdict(Unreadable{"not JSON"}) : read_film(*document);
  Trouble trouble = read_trouble(answer);
  // Not finished after all.
  if (answer.status == 400 && !trouble.has_type) return Pending{};
  const bool about_the_work = trouble.has_type || answer.status == 422;
  if (about_the_work) return judge_job(trouble.fault, std::move(trouble.code));
  return judge_poll(trouble.fault, std::move(trouble.code), read_retry_after(answer.headers));
}

class FalAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    const Result<json::object> input = make_input(job);
    if (!input) return std::unexpected(input.error());
    Request request = make_request("POST", fmt::format("/{}", job.wire_model), kScheme, job.api_key);
    request.headers.push_back({"X-Fal-Object-Lifecycle-Preference", Secret(std::string(kLifetime))});
    request.body = std::move(BodyWriter().text(json::print(*input))).finish();
    return request;
  }

  Verdict read_submit(const Answer& answer) const override {
    if (is_success(answer)) {
      const json::object* document = find_document(answer);
      std::string place = document == nullptr ? std::string() : find_place(find_text(*document, "response_url"));
      return place.empty() ? Verdict(Unreadable{"no place of the request"}) : Accepted{std::move(place)};
    }
    Trouble trouble = read_trouble(answer);
    return judge_submit(trouble.fault, std::move(trouble.code), read_retry_after(answer.headers));
  }

  Request make_poll(const Job& job, const std::string& upstream_id) const override {
    return make_request("GET", fmt::format("/{}/status", upstream_id), kScheme, job.api_key);
  }

  Verdict read_poll(const Job& job, const std::string& upstream_id, const Answer& answer) const override {
    if (answer.step > 0) return read_result(answer);
    const json::object* document = find_document(answer);
    if (is_success(answer) && document != nullptr) return read_status(job, upstream_id, answer, *document);
    Trouble trouble = read_trouble(answer);
    return judge_poll(trouble.fault, std::move(trouble.code), read_retry_after(answer.headers));
  }

  std::optional<Request> make_cancel(const Job& job, const std::string& upstream_id) const override {
    return make_request("PUT", fmt::format("/{}/cancel", upstream_id), kScheme, job.api_key);
  }
};

}  // namespace

std::unique_ptr<const Adapter> make_fal_adapter() { return std::make_unique<const FalAdapter>(); }

}  // namespace darkroom::provider
