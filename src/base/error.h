// What can go wrong, as one closed list. Every failure that is expected travels as Error; the table behind info() says
// what it means, which HTTP status and public number it has, whether trying again can help, and who pays.
// Threads: plain values. The public numbers are those of the contract (errors catalogue); our own are marked in the
// table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace darkroom {

enum class Code : std::uint8_t {
  // authentication and rights
  auth_missing,
  auth_malformed,
  key_invalid,
  key_revoked,
  key_expired,
  forbidden,
  address_not_allowed,
  session_missing,
  login_refused,
  too_many_logins,
  foreign_request,
  // the request
  bad_json,
  bad_form,
  missing_parameter,
  invalid_parameter,
  unknown_model,
  length_required,
  body_too_large,
  unsupported_media_type,
  headers_too_large,
  target_too_long,
  request_timeout,
  bad_request,
  expectation_failed,
  not_implemented,
  idempotency_mismatch,
  // money and limits
  insufficient_credits,
  key_limit_reached,
  rate_limited,
  queue_full,
  // resources
  task_not_found,
  route_not_found,
  method_not_allowed,
  task_cancelled,
  conflict,
  range_not_satisfiable,
  webhook_not_found,
  object_not_found,
  // ours
  unavailable,
  still_processing,
  internal,
  // how a task can end
  provider_submit_failed,
  provider_polling_timeout,
  provider_failed,
  content_policy,
  unsupported,
  // inside only: never reach a customer
  not_found,
  already_exists,
  stale_fence,
  store_failed,
  io_failed,
  cancelled,
  deadline_exceeded,
  connect_failed,
  connection_lost,
  address_refused,
  bad_media,
  bad_config,
};

enum class Payer : std::uint8_t { nobody, customer, operator_ };

struct CodeInfo {
  Code code;
  std::string_view name;     // snake_case, for logs and metrics
  std::string_view meaning;  // default sentence for a customer, never naming a vendor
  int http_status;           // of an HTTP answer that carries it
  int public_number;         // five digits; 0: never shown, `internal` is shown instead
  bool retryable;            // may the same request succeed later
  Payer payer;               // who bears what was spent when a task ends with it
};

// The row of `code`; every code has exactly one.
const CodeInfo& info(Code code);
// The row whose public number is `number`; nullptr if there is none.
const CodeInfo* find_code_by_public_number(int number);

// A failure: its code, a sentence, and, where one request field is to blame, that field's name.
struct Error {
  Code code = Code::internal;
  std::string message;
  std::string field = {};
  std::optional<int> retry_after_seconds = {};
};

// An error with the table's own sentence.
Error make_error(Code code);
Error make_error(Code code, std::string message, std::string field = {});

}  // namespace darkroom
