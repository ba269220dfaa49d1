// The free calls of the vendors whose stand-ins have no other use for them: lists of models, what is known of a key,
// what is left of an account. Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "base/http_message.h"

namespace darkroom::sandbox {

// What the vendor of that kind answers; nothing if this is no free call of it. The path is the vendor's own.
std::optional<http::Response> answer_free_call(std::string_view kind, const http::Request& request);

}  // namespace darkroom::sandbox
