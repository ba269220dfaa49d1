// POST /accounts/{account}/playground?book=test|live: a submit from the console, with the account's own console key and
// the checks of the API: rate limits, limits of the key, hold, idempotency. The body is that of the API's submits, or a
// form with that as its part `request` and pictures as `image` and `mask`. Threads: the connection's loop.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

inline constexpr std::string_view kPlaygroundPath = "/accounts/{account}/playground";
// The same for the server, which streams bodies that come there.
inline constexpr std::string_view kPlaygroundBodies = "/api/console/accounts/*/playground";

Answer submit_playground(Visit& visit);

}  // namespace darkroom::api::console
