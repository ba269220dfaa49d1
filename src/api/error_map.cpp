#include "api/error_map.h"

#include <fmt/format.h>

#include "api/openai_answer.h"
#include "base/error_body.h"
#include "base/log.h"

namespace darkroom::api {
namespace {

constexpr int kUnavailableRetrySeconds = 1;

}  // namespace

Error public_error(const Error& error) {
  switch (error.code) {
    case Code::store_failed:
    case Code::cancelled:
    case Code::deadline_exceeded: return make_error(Code::unavailable);
    case Code::internal:  // its message may be an exception's
      return make_error(Code::internal);
    default: return info(error.code).public_number != 0 ? error : make_error(Code::internal);
  }
}

Error operator_error(const Error& error) {
  if (error.code == Code::not_found) return make_error(Code::task_not_found, error.message);
  if (error.code == Code::already_exists) return make_error(Code::conflict, error.message);
  return public_error(error);
}

http::Response error_response(const Error& error, std::string_view request_id, std::optional<int> status,
                              Dialect dialect) {
  const Error shown = public_error(error);
  if (shown.code != error.code || shown.code == Code::internal) {
    log::error("request_failed",
               {{"request_id", request_id}, {"code", info(error.code).name}, {"message", error.message}});
  }
  http::Response response;
  response.status = status.value_or(info(shown.code).http_status);
  response.body =
      dialect == Dialect::openai ? print_openai_error(shown, request_id) : print_error_body(shown, request_id);
  if (response.status == 401) response.set("WWW-Authenticate", R"(Bearer realm="darkroom")");
  if (shown.retry_after_seconds) {
    response.set("Retry-After", fmt::format("{}", *shown.retry_after_seconds));
  } else if (shown.code == Code::unavailable) {
    response.set("Retry-After", fmt::format("{}", kUnavailableRetrySeconds));
  }
  return response;
}

}  // namespace darkroom::api
