#include "base/error.h"

#include <array>

#include "base/check.h"

namespace darkroom {
namespace {

constexpr auto kNobody = Payer::nobody;
constexpr auto kOperator = Payer::operator_;

// Numbers 10007, 10020-10023, 20005-20016, 30002, 40002-40008, 60001 and 80007 are ours; the contract's own are in
// docs/ERRORS.md.
constexpr auto kTable = std::to_array<CodeInfo>({
    {Code::auth_missing, "auth_missing", "Authorization header missing", 401, 10001, false, kNobody},
    {Code::auth_malformed, "auth_malformed", "Authorization header must be: Bearer <key>", 401, 10002, false, kNobody},
    {Code::key_invalid, "key_invalid", "API key invalid", 401, 10003, false, kNobody},
    {Code::key_revoked, "key_revoked", "API key revoked", 401, 10004, false, kNobody},
    {Code::key_expired, "key_expired", "API key expired", 401, 10004, false, kNobody},
    {Code::forbidden, "forbidden", "API key lacks permission for this", 403, 10006, false, kNobody},
    {Code::address_not_allowed, "address_not_allowed", "API key may not be used from this address", 403, 10007, false,
     kNobody},
    {Code::session_missing, "session_missing", "Sign in: there is no session, or it has ended", 401, 10020, false,
     kNobody},
    {Code::login_refused, "login_refused", "Wrong e-mail or password", 401, 10021, false, kNobody},
    {Code::too_many_logins, "too_many_logins", "Too many logins; please wait", 429, 10022, true, kNobody},
    {Code::foreign_request, "foreign_request", "The request does not come from a page of this console", 403, 10023,
     false, kNobody},
    {Code::bad_json, "bad_json", "Body is not a valid JSON object", 400, 20001, false, kNobody},
    {Code::bad_form, "bad_form", "Body is not valid multipart/form-data", 400, 20016, false, kNobody},
    {Code::missing_parameter, "missing_parameter", "Missing required parameter", 400, 20002, false, kNobody},
    {Code::invalid_parameter, "invalid_parameter", "Invalid parameter value", 400, 20003, false, kNobody},
    {Code::unknown_model, "unknown_model", "Unknown or unavailable model", 400, 20004, false, kNobody},
    {Code::length_required, "length_required", "A request with a body needs Content-Length or chunked encoding", 411,
     20005, false, kNobody},
    {Code::body_too_large, "body_too_large", "Request body too large", 413, 20006, false, kNobody},
    {Code::unsupported_media_type, "unsupported_media_type", "Unsupported media type or content encoding", 415, 20007,
     false, kNobody},
    {Code::headers_too_large, "headers_too_large", "Request header fields too large", 431, 20008, false, kNobody},
    {Code::target_too_long, "target_too_long", "Request target too long", 414, 20009, false, kNobody},
    {Code::request_timeout, "request_timeout", "The request did not arrive in time", 408, 20010, true, kNobody},
    {Code::bad_request, "bad_request", "Malformed HTTP request", 400, 20011, false, kNobody},
    {Code::expectation_failed, "expectation_failed", "Only the expectation 100-continue is supported", 417, 20012,
     false, kNobody},
    {Code::not_implemented, "not_implemented", "HTTP method not supported", 501, 20013, false, kNobody},
    {Code::idempotency_mismatch, "idempotency_mismatch", "This Idempotency-Key belongs to another request", 422, 20014,
     false, kNobody},
    {Code::insufficient_credits, "insufficient_credits", "Insufficient credits", 402, 30001, false, kNobody},
    {Code::key_limit_reached, "key_limit_reached", "Monthly limit of this API key reached", 402, 30002, false, kNobody},
    {Code::rate_limited, "rate_limited", "Rate limit exceeded", 429, 50001, true, kNobody},
    {Code::queue_full, "queue_full", "Too many tasks are waiting; retry when some have finished", 429, 50001, true,
     kNobody},
    {Code::task_not_found, "task_not_found", "Task not found", 404, 40001, false, kNobody},
    {Code::route_not_found, "route_not_found", "No such endpoint", 404, 40002, false, kNobody},
    {Code::method_not_allowed, "method_not_allowed", "Method not allowed on this endpoint", 405, 40004, false, kNobody},
    {Code::task_cancelled, "task_cancelled", "Task cancelled", 409, 40003, false, kNobody},
    {Code::conflict, "conflict", "The resource is not in a state that allows this", 409, 40005, false, kNobody},
    {Code::range_not_satisfiable, "range_not_satisfiable", "Requested range not satisfiable", 416, 40006, false,
     kNobody},
    {Code::webhook_not_found, "webhook_not_found", "No such webhook or delivery", 404, 40007, false, kNobody},
    {Code::object_not_found, "object_not_found", "There is no such object", 404, 40008, false, kNobody},
    {Code::unavailable, "unavailable", "Temporarily unavailable; please retry", 503, 60001, true, kNobody},
    {Code::still_processing, "still_processing", "The task goes on; poll it", 504, 60002, true, kNobody},
    {Code::internal, "internal", "Internal error — please retry", 500, 60099, true, kNobody},
    {Code::provider_submit_failed, "provider_submit_failed",
     "provider_submit_failed: the generation could not be started. Nothing was charged; submit it again later", 502,
     80001, true, kOperator},
    {Code::provider_polling_timeout, "provider_polling_timeout",
     "provider_polling_timeout: the generation did not end within its time limit. Nothing was charged; submit it again",
     504, 80002, true, kOperator},
    {Code::provider_failed, "provider_failed",
     "provider_failed: the generation failed. Nothing was charged; submit it again", 502, 80003, true, kOperator},
    {Code::content_policy, "content_policy", "Request violates content policy", 400, 80006, false, kOperator},
    {Code::unsupported, "unsupported", "No available provider can do what was asked", 400, 80007, false, kNobody},
    {Code::not_found, "not_found", "not found", 404, 0, false, kNobody},
    {Code::already_exists, "already_exists", "already exists", 409, 0, false, kNobody},
    {Code::stale_fence, "stale_fence", "another worker has taken the task over", 409, 0, false, kNobody},
    {Code::store_failed, "store_failed", "the store refused or failed", 503, 0, true, kNobody},
    {Code::io_failed, "io_failed", "a file operation failed", 500, 0, true, kNobody},
    {Code::cancelled, "cancelled", "the operation was stopped", 503, 0, true, kNobody},
    {Code::deadline_exceeded, "deadline_exceeded", "the operation took too long", 504, 0, true, kNobody},
    {Code::connect_failed, "connect_failed", "no connection could be made", 502, 0, true, kNobody},
    {Code::connection_lost, "connection_lost", "the connection broke before the answer was complete", 502, 0, true,
     kOperator},
    {Code::address_refused, "address_refused", "the address may not be contacted", 400, 0, false, kNobody},
    {Code::bad_media, "bad_media", "the file is not a supported picture", 400, 0, false, kNobody},
    {Code::bad_config, "bad_config", "the configuration is wrong", 500, 0, false, kNobody},
});

}  // namespace

const CodeInfo& info(Code code) {
  for (const CodeInfo& row : kTable) {
    if (row.code == code) return row;
  }
  DR_CHECK(false);
}

const CodeInfo* find_code_by_public_number(int number) {
  for (const CodeInfo& row : kTable) {
    if (row.public_number == number && number != 0) return &row;
  }
  return nullptr;
}

Error make_error(Code code) { return Error{code, std::string(info(code).meaning)}; }

Error make_error(Code code, std::string message, std::string field) {
  return Error{code, std::move(message), std::move(field)};
}

}  // namespace darkroom
