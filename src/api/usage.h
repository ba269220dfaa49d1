// GET /api/v1/usage: what the caller's account, or one key of it, asked for and what came of it, by day or hour and by
// model, newest first, page by page. It reads sums that were written with the ledger, never the tasks.
// Threads: any loop. Fails with invalid_parameter, the parameter named.
#pragma once

#include "api/exchange.h"

namespace darkroom::api {

Answer list_usage(Exchange& exchange);

}  // namespace darkroom::api
