#include "provider/adapters/replicate.h"

#include <fmt/format.h>

#include <charconv>

#include "provider/adapters/enhance.h"
#include "provider/adapters/faults.h"
#include "provider/adapters/media_wire.h"
#include "provider/free_calls.h"

namespace darkroom::provider {
namespace {

constexpr std::string_view kPath = "/v1";
constexpr std::int64_t kLongestWaitSeconds = 3'600;

// What stands in the error's text of a failed prediction: codes of the platform, and words of models that have none.
constexpr FaultRow kSigns[] = {
    {"E005", Fault::content},   {"NSFW", Fault::content},   {"flagged as sensitive", Fault::content},
    {"E1000", Fault::overload}, {"E6716", Fault::overload}, {"code: PA", Fault::overload},
    {"E4875", Fault::request},  {"E1001", Fault::strange},
};

// ---- the request

Result<json::object> make_topaz_input(const EnhanceOrder& order) {
  if (order.resolution == "2k") return fail(Code::invalid_parameter, "this route has no 2k", "resolution");
  return json::object{};
}

Result<json::object> make_bytedance_input(const EnhanceOrder& order) {
  json::object input;
  if (!order.scene.empty()) input["scene"] = order.scene;
  if (order.professional) input["processing_type"] = "pro";
  return input;
}

// "owner/name", or "owner/name:version" for one release of it.
struct ModelName {
  std::string_view name;
  std::string_view version;
};
ModelName split_model(std::string_view wire_model) {
  const std::size_t colon = wire_model.find(':');
  if (colon == std::string_view::npos) return {wire_model, ""};
  return {wire_model.substr(0, colon), wire_model.substr(colon + 1)};
}

Result<json::object> make_input(const Job& job) {
  Result<EnhanceOrder> order = read_enhance_order(job);
  if (!order) return std::unexpected(std::move(order.error()));
  const std::string_view name = split_model(job.wire_model).name;
  Result<json::object> input = fail(Code::invalid_parameter, "this route has no such model", "model");
  if (name == "topazlabs/video-upscale") input = make_topaz_input(*order);
  if (name == "bytedance/video-upscaler") input = make_bytedance_input(*order);
  if (!input) return input;
  (*input)["video"] = order->video_url;
  if (!order->resolution.empty()) (*input)["target_resolution"] = order->resolution;
  if (order->fps) (*input)["target_fps"] = static_cast<std::int64_t>(*order->fps);
  return input;
}

// ---- the answers

// "Your rate limit resets in ~30s."
std::optional<milliseconds> find_reset(std::string_view detail) {
  constexpr std::string_view kSign = "resets in ~";
  const std::size_t at = detail.find(kSign);
  if (at == std::string_view::npos) return std::nullopt;
  detail.remove_prefix(at + kSign.size());
  std::int64_t count = 0;
  const auto [end, problem] = std::from_chars(detail.data(), detail.data() + detail.size(), count);
  if (problem != std::errc() || count < 0 || end == detail.data() + detail.size() || *end != 's') return std::nullopt;
  return seconds(std::min(count, kLongestWaitSeconds));
}

std::optional<milliseconds> find_wish(const Answer& answer) {
  const json::object* document = find_document(answer);
  const auto reset = document == nullptr ? std::nullopt : find_reset(find_text(*document, "detail"));
  return std::max(read_retry_after(answer.headers), reset);
}

// A string, a list of them, or an object that holds one: by model.
Completed read_output(const json::value& output) {
  Completed completed;
  const auto add = [&](const json::value& link) {
    if (!link.is_string() || link.get_string().empty()) return;
    completed.outputs.emplace_back(UrlOutput{std::string(link.get_string()), "", OutputRole::result, {}});
  };
  add(output);
  if (const json::array* links = output.if_array()) {
    for (const json::value& link : *links) add(link);
  }
  if (const json::object* tree = output.if_object()) {
    for (const char* name : {"video", "url"}) {
      if (const json::value* link = json::find(*tree, name)) add(*link);
    }
  }
  return completed;
}

Verdict read_success(const json::object& document) {
  const json::value* output = find_member(document, "output");
  Completed completed = output == nullptr ? Completed{} : read_output(*output);
  if (!completed.outputs.empty()) return completed;
  // An hour after its end.
  if (find_flag(document, "data_removed")) return JobFailed{false, "data_removed"};
  return Unreadable{"no film"};
}

Verdict read_failure(const json::object& document) {
  const std::string_view text = find_text(document, "error");
  for (const FaultRow& sign : kSigns) {
    if (text.find(sign.word) == std::string_view::npos) continue;
    return judge_job(sign.fault, print_word(sign.word, sign.fault == Fault::content ? "sensitive" : "interrupted"));
  }
  // The time that it took is paid for, and nothing says that it would go better.
  return JobFailed{false, "failed"};
}

Verdict read_prediction(const json::object& document) {
  const std::string_view status = find_text(document, "status");
  if (status == "starting" || status == "processing") return Pending{};
  if (status == "succeeded") return read_success(document);
  if (status == "failed") return read_failure(document);
  if (status == "canceled") return JobFailed{false, "canceled"};
  // Ended before it began.
  if (status == "aborted") return JobFailed{true, "aborted"};
  return Unreadable{fmt::format("status {}", print_word(status, "absent"))};
}

class ReplicateAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    Result<json::object> input = make_input(job);
    if (!input) return std::unexpected(std::move(input.error()));
    const auto [name, version] = split_model(job.wire_model);
    json::object tree;
    if (!version.empty()) tree["version"] = version;
    tree["input"] = std::move(*input);
    std::string path =
        version.empty() ? fmt::format("{}/models/{}/predictions", kPath, name) : fmt::format("{}/predictions", kPath);
    Request request = make_request("POST", std::move(path), "Bearer", job.api_key);
    request.body = std::move(BodyWriter().text(json::print(tree))).finish();
    return request;
  }

  // Whatever state it is in by now, the poll will tell.
  Verdict read_submit(const Answer& answer) const override {
    if (is_success(answer)) {
      const json::object* document = find_document(answer);
      std::string id = document == nullptr ? std::string() : find_job_id(*document, "id");
      return id.empty() ? Verdict(Unreadable{"no prediction id"}) : Accepted{std::move(id)};
    }
    return judge_submit(find_fault(answer.status), fmt::format("http_{}", answer.status), find_wish(answer));
  }

  Request make_poll(const Job& job, const std::string& upstream_id) const override {
    return make_request("GET", fmt::format("{}/predictions/{}", kPath, upstream_id), "Bearer", job.api_key);
  }

  Verdict read_poll(const Job&, const std::string&, const Answer& answer) const override {
    const json::object* document = find_document(answer);
    if (is_success(answer) && document != nullptr) return read_prediction(*document);
    return judge_poll(find_fault(answer.status), fmt::format("http_{}", answer.status), find_wish(answer));
  }

  std::optional<Request> make_cancel(const Job& job, const std::string& upstream_id) const override {
    return make_request("POST", fmt::format("{}/predictions/{}/cancel", kPath, upstream_id), "Bearer", job.api_key);
  }

  FreeCalls free_calls() const override {
    return {.make_probe = [](const Job& job) {
      return make_request("GET", fmt::format("{}/account", kPath), "Bearer", job.api_key);
    }};
  }
};

}  // namespace

std::unique_ptr<const Adapter> make_replicate_adapter() { return std::make_unique<const ReplicateAdapter>(); }

}  // namespace darkroom::provider
