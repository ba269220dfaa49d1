#include "sandbox/google_token.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/json.h"
#include "sandbox/answers.h"
#include "sandbox/base64.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr std::int64_t kTokenSeconds = 3599;
constexpr std::int64_t kLongestSeconds = 3600;
constexpr std::int64_t kSkewSeconds = 300;

http::Response refuse(std::string_view error, std::string_view description) {
  return json_response(400, json::object{{"error", error}, {"error_description", description}});
}

// A form's field, decoded; nothing if it is absent.
std::optional<std::string> find_field(const std::string& body, std::string_view name) {
  http::Request form;
  form.query = body;
  return form.query_parameter(name);
}

std::optional<json::object> decode_part(std::string text) {
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  while (text.size() % 4 != 0) text += '=';
  const auto bytes = decode_base64(text);
  auto tree = bytes ? json::parse_object(*bytes) : Result<json::object>(fail(Code::bad_json));
  return tree ? std::optional(std::move(*tree)) : std::nullopt;
}

class GoogleToken final : public StandIn {
 public:
  GoogleToken(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

  bool serves(const http::Request& request) const override { return request.path == "/token"; }

  Reply answer(const http::Request& request, const std::string& base_url) override {
    if (request.method != "POST") return {.response = refuse("invalid_request", "The method must be POST.")};
    if (find_field(request.body, "grant_type") != kGrant) {
      return {.response = refuse("unsupported_grant_type", "Invalid grant_type.")};
    }
    const std::string assertion = find_field(request.body, "assertion").value_or("");
    if (const std::string problem = find_problem(assertion, base_url + "/token"); !problem.empty()) {
      return {.response = refuse("invalid_grant", problem)};
    }
    const std::string token = fmt::format("ya29.sandbox-{:016x}", random_.next_u64());
    return {.response = json_response(
                200, json::object{{"access_token", token}, {"expires_in", kTokenSeconds}, {"token_type", "Bearer"}})};
  }

 private:
  // Empty if the statement may pass.
  std::string find_problem(const std::string& assertion, const std::string& own_url) const {
    const std::size_t first = assertion.find('.');
    const std::size_t last = assertion.rfind('.');
    if (first == std::string::npos || first == last) return "Bad Request";
    const auto header = decode_part(assertion.substr(0, first));
    const auto claims = decode_part(assertion.substr(first + 1, last - first - 1));
    if (!header || !claims || json::get_string(*header, "alg") != "RS256") return "Invalid JWT.";
    if (last + 1 == assertion.size()) return "Invalid JWT Signature.";
    const std::string issuer = json::get_string(*claims, "iss");
    if (issuer.empty() || issuer.starts_with("bad-")) return "Invalid grant: account not found";
    if (json::get_string(*claims, "aud") != own_url) return "Invalid JWT: wrong audience.";
    if (json::get_string(*claims, "scope").empty()) return "Empty or missing scope not allowed.";
    const std::int64_t issued = json::get_int(*claims, "iat");
    const std::int64_t lasts = json::get_int(*claims, "exp") - issued;
    const bool is_timely = std::abs(issued - to_unix_seconds(clock_.wall_now())) <= kSkewSeconds;
    if (!is_timely || lasts <= 0 || lasts > kLongestSeconds) {
      return "Invalid JWT: Token must be a short-lived token and in a reasonable timeframe.";
    }
    return "";
  }

  const Clock& clock_;
  Random& random_;
};

}  // namespace

std::unique_ptr<StandIn> make_google_token(const Clock& clock, Random& random) {
  return std::make_unique<GoogleToken>(clock, random);
}

}  // namespace darkroom::sandbox
