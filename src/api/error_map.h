// The only place where an Error becomes an HTTP answer: status, envelope and the headers that belong to it.
// Threads: no state.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/http_message.h"

namespace darkroom::api {

// What leaves of an error that was not meant for customers: `unavailable` when the store is at fault or too slow, else
// `internal`, with the table's sentence. Other errors pass as they are.
Error public_error(const Error& error);

// The same for the operator, who is also told what was not found or is there already.
Error operator_error(const Error& error);

// Whose clients an endpoint speaks to: the contract's, or OpenAI's SDKs (api/openai_answer.h).
enum class Dialect : std::uint8_t { contract, openai };

// Logs what public_error() hides. `status`, if given, stands in for that of the code.
http::Response error_response(const Error& error, std::string_view request_id, std::optional<int> status = {},
                              Dialect dialect = Dialect::contract);

}  // namespace darkroom::api
