// What Google's two APIs, as the sandbox plays them, have in common: paths, keys, errors in the form of google.rpc, and
// JSON whose members are taken in camelCase and snake_case. Pure.
#pragma once

#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/http_message.h"
#include "base/json.h"

namespace darkroom::sandbox {

enum class GoogleHost : std::uint8_t { gemini_api, vertex };

// "/v1beta/models/{model}:{method}" of the Gemini API; "/publishers/google/models/{model}:{method}" of Vertex AI, which
// may stand behind "/projects/P/locations/L".
struct ModelCall {
  std::string scope;  // Vertex: "projects/P/locations/L", or empty
  std::string model;
  std::string method;
};
std::optional<ModelCall> parse_model_call(std::string_view path, GoogleHost host);

// Nothing if the caller may go on.
std::optional<http::Response> refuse_google_key(const http::Request& request, GoogleHost host);

http::Response google_error(int status, std::string_view message, json::array details = {});
// The error that "#fail" asks for; a rate limit of the Gemini API says when to come back, one of Vertex AI does not.
http::Response google_failure(int status, GoogleHost host);

// The vendor's sentence for a 400 INVALID_ARGUMENT.
using Checked = std::expected<void, std::string>;
std::unexpected<std::string> wrong_value(std::string_view where, std::string_view what);

// A member by its camelCase name, in either spelling; nullptr if absent.
const json::value* google_member(const json::object& tree, std::string_view camel);
// Fails at the first member that is none of `known`.
Checked check_google_names(const json::object& tree, std::string_view where,
                           std::initializer_list<std::string_view> known);

}  // namespace darkroom::sandbox
