// What a customer may know of their account.
// Threads: the connection's loop.
#pragma once

#include "api/exchange.h"
#include "base/json.h"
#include "ledger/rules.h"

namespace darkroom::api {

// One book of an account, for its operator.
json::object print_balance(const ledger::Balance& balance);
// GET /api/v1/balance -> {"balance": whole credits available, "available_microcredits", "held_microcredits"} of the
// book that the key spends from.
Answer show_balance(Exchange& exchange);
// GET /api/v1/key -> the key of this very request: what it is called, what it may do, what it has spent this month.
Answer show_key(Exchange& exchange);

}  // namespace darkroom::api
