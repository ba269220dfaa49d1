#include "sandbox/free_calls.h"

#include <algorithm>
#include <string>

#include "sandbox/answers.h"
#include "sandbox/google_api.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kModels = R"({"object":"list","data":[{"id":"gpt-image-2","object":"model"}]})";
constexpr std::string_view kCredits =
    R"({"remains":[{"type":"metered","credit_remain":8000,"concurrency_limit":5},{"type":"test","credit_remain":400}],)"
    R"("packages":[]})";

struct FreeCall {
  std::string_view kind;
  std::string_view path;
  std::string_view scheme;  // of the key in Authorization; empty: Google's own header
  std::string_view document;
};
constexpr FreeCall kFreeCalls[] = {
    {"gemini", "/v1beta/models", "", R"({"models":[{"name":"models/gemini-2.5-flash-image"}],"nextPageToken":"a"})"},
    {"openai", "/models", "Bearer ", kModels},
    {"openai-compatible", "/models", "Bearer ", kModels},
    // As many resellers have one.
    {"openai-compatible", "/balance", "Bearer ", R"({"data":{"balance":12.30,"currency":"USD"}})"},
    {"openrouter", "/key", "Bearer ", R"({"data":{"label":"sk-or-v1-sandbox","limit":null,"usage":25.75}})"},
    {"openrouter", "/credits", "Bearer ", R"({"data":{"total_credits":100.5,"total_usage":25.75}})"},
    {"replicate", "/v1/account", "Bearer ", R"({"type":"organization","username":"sandbox","name":"Sandbox"})"},
    {"vidu", "/ent/v2/credits", "Token ", kCredits},
    {"xai-image", "/v1/models", "Bearer ", R"({"object":"list","data":[{"id":"grok-imagine-image"}]})"},
};

std::optional<http::Response> refuse_key(const FreeCall& call, const http::Request& request) {
  if (call.scheme.empty()) return refuse_google_key(request, GoogleHost::gemini_api);
  const std::string_view given = request.header("Authorization").value_or("");
  const bool is_given = given.starts_with(call.scheme) && given.size() > call.scheme.size();
  if (is_given && !given.substr(call.scheme.size()).starts_with("bad-")) return std::nullopt;
  return json_response(401, json::object{{"error", json::object{{"message", "The key is not valid."}}}});
}

}  // namespace

std::optional<http::Response> answer_free_call(std::string_view kind, const http::Request& request) {
  if (request.method != "GET") return std::nullopt;
  const auto call = std::ranges::find_if(
      kFreeCalls, [&](const FreeCall& row) { return row.kind == kind && row.path == request.path; });
  if (call == std::end(kFreeCalls)) return std::nullopt;
  if (auto refused = refuse_key(*call, request)) return refused;
  return json_response(200, std::make_shared<const std::string>(call->document));
}

}  // namespace darkroom::sandbox
