// Submits: a JSON object in, a task id out.
// Threads: the connection's loop.
#pragma once

#include "api/exchange.h"

namespace darkroom::api {

// POST /api/v1/images/generations and /api/v1/videos/generations -> 200 {"id","model","status","created_at"}. The
// content type is not looked at, since the contract's own samples send JSON as curl's default; a content encoding is
// refused.
Answer submit_generation(Exchange& exchange);

}  // namespace darkroom::api
