// What a customer may know of their account.
// Threads: the connection's loop.
#pragma once

#include "api/exchange.h"

namespace darkroom::api {

// GET /api/v1/balance -> {"balance": whole credits available, "available_microcredits", "held_microcredits"} of the
// book that the key spends from.
Answer show_balance(Exchange& exchange);
// GET /api/v1/key -> the key of this very request: what it is called, what it may do, what it has spent this month.
Answer show_key(Exchange& exchange);

}  // namespace darkroom::api
