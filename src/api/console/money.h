// The screens of money and trouble: usage, the ledger, failures in groups. Threads: the connection's loop.
#pragma once

#include <optional>

#include "api/console/visit.h"

namespace darkroom::api::console {

// GET /accounts/{account}/usage and GET /usage: at most 31 days of hours or 400 of days, whole hours and days.
Answer show_account_usage(Visit& visit);
Answer show_all_usage(Visit& visit);
// UsageReport by day, today and the six days before it: what overviews show. Without an account: of all.
Async<Result<json::object>> report_week(Visit& visit, std::optional<AccountId> account, ledger::Book book);
// Funds: what the account of the path has, and how long that lasts if it is spent as in the week of report_week.
Async<Result<json::object>> report_funds(Visit& visit, ledger::Book book);
// GET /accounts/{account}/ledger
Answer list_ledger(Visit& visit);
// GET /accounts/{account}/errors and GET /errors: by days of the tasks' ends.
Answer list_account_errors(Visit& visit);
Answer list_all_errors(Visit& visit);

}  // namespace darkroom::api::console
