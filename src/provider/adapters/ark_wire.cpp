#include "provider/adapters/ark_wire.h"

#include <fmt/format.h>

#include "provider/adapters/media_wire.h"

namespace darkroom::provider {
namespace {

constexpr FaultRow kRows[] = {
    {"ContentSecurityDetectionError", Fault::content},
    {"MissingParameter", Fault::request},
    {"InvalidParameter", Fault::request},
    {"InvalidImageURL", Fault::request},
    // An endpoint that its operator has closed: the request is as good as before.
    {"InvalidEndpoint.ClosedEndpoint", Fault::model},
    {"InvalidEndpointOrModel", Fault::model},
    {"ModelNotOpen", Fault::model},
    {"AuthenticationError", Fault::key},
    {"InvalidAccountStatus", Fault::key},
    {"AccessDenied", Fault::key},
    {"AccountOverdueError", Fault::key},
    {"OperationDenied", Fault::key},
    // The limit that the operator has set on what may be spent.
    {"SetLimitExceeded", Fault::key},
    {"QuotaExceeded", Fault::quota},
    {"RateLimitExceeded", Fault::quota},
    {"ModelAccountRpmRateLimitExceeded", Fault::quota},
    {"ModelAccountTpmRateLimitExceeded", Fault::quota},
    {"ModelAccountIpmRateLimitExceeded", Fault::quota},
    {"APIAccountRpmRateLimitExceeded", Fault::quota},
    {"AccountRateLimitExceeded", Fault::quota},
    {"RequestBurstTooFast", Fault::quota},
    {"ServerOverloaded", Fault::overload},
    {"InflightBatchsizeExceeded", Fault::overload},
    {"InternalServiceError", Fault::overload},
};

// SensitiveContentDetected, InputTextSensitiveContentDetected, OutputImageRiskDetection, … : what was looked at stands
// in front, why (.PolicyViolation, .DeepFake) behind. That the check of a finished film is partly chance changes
// nothing: a content decision is told to the customer, not tried around.
bool is_content_decision(std::string_view code) {
  code = code.substr(0, code.find('.'));
  return code.ends_with("SensitiveContentDetected") || code.ends_with("RiskDetection");
}

// One code for two things: a used-up free quota, which only money ends, and too many queued tasks.
bool is_free_quota(std::string_view message) {
  return message.find("free") != std::string_view::npos || message.find("Free") != std::string_view::npos;
}

// The vendor's own word on whether its status is worth another call; its client library obeys it before all else.
void heed_retry_header(const Answer& answer, ArkError& error) {
  const auto word = http::find_header(answer.headers, "x-should-retry");
  if (!word) return;
  const bool repeats = error.fault == Fault::quota || error.fault == Fault::overload;
  if (*word == "true" && !repeats) error.fault = Fault::overload;
  if (*word == "false" && repeats) error.fault = Fault::model;
}

}  // namespace

Request make_ark_probe(const Job& job) {
  return make_request("GET", fmt::format("{}/contents/generations/tasks?page_num=1&page_size=1", kArkPath), "Bearer",
                      job.api_key);
}

ArkError read_ark_error(const json::object& error) {
  const std::string_view code = find_text(error, "code");
  ArkError facts;
  facts.code = print_word(code, "no_code");
  if (is_content_decision(code)) {
    facts.fault = Fault::content;
  } else if (code == "QuotaExceeded" && is_free_quota(find_text(error, "message"))) {
    facts.fault = Fault::key;
  } else {
    facts.fault = find_fault(kRows, code).value_or(Fault::strange);
  }
  return facts;
}

ArkError read_ark_error(const Answer& answer) {
  const json::object* document = find_document(answer);
  const json::object* error = document == nullptr ? nullptr : find_object(*document, "error");
  ArkError facts;
  if (error != nullptr) facts = read_ark_error(*error);
  if (facts.fault == Fault::strange) facts.fault = find_fault(answer.status);
  if (error == nullptr) facts.code = fmt::format("http_{}", answer.status);
  facts.after = read_retry_after(answer.headers);
  heed_retry_header(answer, facts);
  return facts;
}

}  // namespace darkroom::provider
