// The first screens: how an account is, and how the server is, each in one answer. Threads: the connection's loop.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

// GET /accounts/{account}
Answer show_account(Visit& visit);
// GET /overview
Answer show_overview(Visit& visit);

}  // namespace darkroom::api::console
