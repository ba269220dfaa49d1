#include "sandbox/google_api.h"

#include <algorithm>

#include "sandbox/answers.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kRetryDelay = "1s";

std::string_view status_name(int status) {
  switch (status) {
    case 400: return "INVALID_ARGUMENT";
    case 401: return "UNAUTHENTICATED";
    case 402: return "RESOURCE_EXHAUSTED";
    case 403: return "PERMISSION_DENIED";
    case 404: return "NOT_FOUND";
    case 409: return "ABORTED";
    case 429: return "RESOURCE_EXHAUSTED";
    case 499: return "CANCELLED";
    case 500: return "INTERNAL";
    case 501: return "UNIMPLEMENTED";
    case 503: return "UNAVAILABLE";
    case 504: return "DEADLINE_EXCEEDED";
    default: return "UNKNOWN";
  }
}

std::string to_snake_case(std::string_view camel) {
  std::string snake;
  for (const char c : camel) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper) snake += '_';
    snake += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return snake;
}

http::Response refuse_missing_key(GoogleHost host) {
  if (host == GoogleHost::gemini_api) {
    return google_error(403, "Method doesn't allow unregistered callers. Please use API Key to call this API.");
  }
  return google_error(401, "Request is missing required authentication credential.");
}

http::Response refuse_wrong_key() {
  json::object detail{{"@type", "type.googleapis.com/google.rpc.ErrorInfo"},
                      {"reason", "API_KEY_INVALID"},
                      {"domain", "googleapis.com"},
                      {"metadata", json::object{{"service", "generativelanguage.googleapis.com"}}}};
  return google_error(400, "API key not valid. Please pass a valid API key.", json::array{std::move(detail)});
}

}  // namespace

std::optional<ModelCall> parse_model_call(std::string_view path, GoogleHost host) {
  const std::string_view start = host == GoogleHost::vertex ? "/publishers/google/models/" : "/v1beta/models/";
  const std::size_t at = path.find(start);
  if (at == std::string_view::npos || (host == GoogleHost::gemini_api && at != 0)) return std::nullopt;
  const std::string_view scope = path.substr(0, at);
  if (!scope.empty() && (!scope.starts_with("/projects/") || !scope.contains("/locations/"))) return std::nullopt;
  const std::string_view rest = path.substr(at + start.size());
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos || rest.contains('/')) return std::nullopt;
  ModelCall call;
  if (!scope.empty()) call.scope = scope.substr(1);
  call.model = rest.substr(0, colon);
  call.method = rest.substr(colon + 1);
  return call;
}

std::optional<http::Response> refuse_google_key(const http::Request& request, GoogleHost host) {
  constexpr std::string_view kBearer = "Bearer ";
  const auto authorization = request.header("Authorization");
  if (host == GoogleHost::vertex && authorization && authorization->starts_with(kBearer)) {
    if (!authorization->substr(kBearer.size()).starts_with("bad-")) return std::nullopt;
    return google_error(401, "Request had invalid authentication credentials.");
  }
  const auto header = request.header("x-goog-api-key");
  const auto parameter = request.query_parameter("key");
  const std::string key = header ? std::string(*header) : parameter.value_or("");
  if (key.empty()) return refuse_missing_key(host);
  return key.starts_with("bad-") ? std::optional(refuse_wrong_key()) : std::nullopt;
}

http::Response google_error(int status, std::string_view message, json::array details) {
  json::object error{{"code", status}, {"message", message}, {"status", status_name(status)}};
  if (!details.empty()) error["details"] = std::move(details);
  return json_response(status, json::object{{"error", std::move(error)}});
}

http::Response google_failure(int status, GoogleHost host) {
  if (status != 429 || host == GoogleHost::vertex) return google_error(status, "The sandbox was asked to fail.");
  json::object quota{
      {"@type", "type.googleapis.com/google.rpc.QuotaFailure"},
      {"violations", json::array{json::object{{"quotaMetric", "generativelanguage.googleapis.com/generate_requests"},
                                              {"quotaId", "GenerateRequestsPerMinutePerProjectPerModel"},
                                              {"quotaValue", "10"}}}}};
  json::object retry{{"@type", "type.googleapis.com/google.rpc.RetryInfo"}, {"retryDelay", kRetryDelay}};
  return google_error(status, "Quota exceeded for requests per minute.",
                      json::array{std::move(quota), std::move(retry)});
}

std::unexpected<std::string> wrong_value(std::string_view where, std::string_view what) {
  return std::unexpected("Invalid value at '" + std::string(where) + "': " + std::string(what));
}

const json::value* google_member(const json::object& tree, std::string_view camel) {
  const json::value* found = json::find(tree, camel);
  return found ? found : json::find(tree, to_snake_case(camel));
}

Checked check_google_names(const json::object& tree, std::string_view where,
                           std::initializer_list<std::string_view> known) {
  for (const auto& entry : tree) {
    const std::string_view name = entry.key();
    const bool is_known = std::ranges::any_of(
        known, [&](std::string_view camel) { return name == camel || name == to_snake_case(camel); });
    if (is_known) continue;
    const std::string place = where.empty() ? "" : " at '" + std::string(where) + "'";
    return std::unexpected("Invalid JSON payload received. Unknown name \"" + std::string(name) + "\"" + place +
                           ": Cannot find field.");
  }
  return {};
}

}  // namespace darkroom::sandbox
