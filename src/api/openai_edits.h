// POST /v1/images/edits: pictures are sent along as a form, and the answer waits for the task like the other one's. The
// body is read as it arrives and never whole in memory: pictures go to the disk while they come, are examined there,
// and are kept for the task until its end. Threads: the connection's loop; the disk is waited for elsewhere. A client
// that goes away, and a request that is refused, leave nothing behind.
#pragma once

#include <cstdint>
#include <string_view>

#include "api/exchange.h"

namespace darkroom::api {

inline constexpr std::string_view kEditsPath = "/v1/images/edits";

Answer edit_openai_image(Exchange& exchange);

}  // namespace darkroom::api
