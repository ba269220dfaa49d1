#include "sandbox/ark_answers.h"

#include <fmt/format.h>

#include "sandbox/answers.h"
#include "sandbox/film_stand_in.h"

namespace darkroom::sandbox {
namespace {

std::string_view failure_code(int status) {
  switch (status) {
    case 401: return "AuthenticationError";
    case 402:
    case 403: return "AccountOverdueError";
    case 404: return "InvalidEndpointOrModel.NotFound";
    case 408: return "RequestTimeout";
    case 429: return "ModelAccountRpmRateLimitExceeded";
    default: return status < 500 ? "InvalidParameter" : "InternalServiceError";
  }
}

}  // namespace

json::object ark_error(std::string_view code, std::string_view message) {
  return {{"code", code}, {"message", fmt::format("{} Request id: 021700000000000sandbox", message)}};
}

http::Response ark_refusal(int status, std::string_view code, std::string_view message, std::string_view param) {
  json::object error = ark_error(code, message);
  error["param"] = param;
  error["type"] = status == 429 ? "TooManyRequests" : status < 500 ? "BadRequest" : "InternalServerError";
  return json_response(status, json::object{{"error", std::move(error)}});
}

http::Response ark_refusal(const Mistake& mistake) {
  const std::string_view code = mistake.missing ? "MissingParameter" : "InvalidParameter";
  return ark_refusal(400, fmt::format("{}.{}", code, mistake.field),
                     fmt::format("The parameter `{}` {}.", mistake.field, mistake.sentence), mistake.field);
}

http::Response ark_failure(int status) {
  http::Response response = ark_refusal(status, failure_code(status), "The sandbox was asked to fail.");
  if (status == 429) response.set("Retry-After", "1");
  return response;
}

std::optional<http::Response> refuse_ark_key(const http::Request& request) {
  const std::string_view key = find_key(request, "Bearer");
  if (!key.empty() && !key.starts_with("bad-")) return std::nullopt;
  return ark_refusal(401, "AuthenticationError", "The API key in the request is missing or invalid.");
}

}  // namespace darkroom::sandbox
