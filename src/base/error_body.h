// The one shape in which an error is shown: {"error":{"code":<public
// number>,"message":"…","param":"…","request_id":"req_…"}}.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace darkroom {

// A code without a public number is shown as Code::internal with its own sentence, so nothing inside leaks. `param` is
// there only when one request field is to blame.
std::string print_error_body(const Error& error, std::string_view request_id);

}  // namespace darkroom
