// The screens of money and trouble: usage, the ledger, failures in groups. Threads: the connection's loop.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

// GET /accounts/{account}/usage and GET /usage: at most 31 days of hours or 400 of days, whole hours and days.
Answer show_account_usage(Visit& visit);
Answer show_all_usage(Visit& visit);
// GET /accounts/{account}/ledger
Answer list_ledger(Visit& visit);
// GET /accounts/{account}/errors and GET /errors: by days of the tasks' ends.
Answer list_account_errors(Visit& visit);
Answer list_all_errors(Visit& visit);

}  // namespace darkroom::api::console
