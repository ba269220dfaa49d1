#include "api/account.h"

#include <fmt/format.h>

#include <utility>

namespace darkroom::api {

Answer show_balance(Exchange& exchange) {
  const usecase::Caller& caller = *exchange.caller;
  Result<ledger::Balance> balance =
      co_await exchange.services.accounts.get_balance(exchange.loop, caller.account, caller.book);
  if (!balance) co_return fail(std::move(balance.error()));
  const MicroCredits available = balance->available();
  http::Response response;
  response.set("Cache-Control", "private, no-cache");
  response.body = fmt::format(R"({{"balance":{},"available_microcredits":{},"held_microcredits":{}}})",
                              available.whole_credits(), available.count(), balance->held.count());
  co_return response;
}

}  // namespace darkroom::api
