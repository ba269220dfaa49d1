#include "api/account.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/key_limits.h"
#include "ledger/usage.h"

namespace darkroom::api {
namespace {

json::object print_month(const account::KeyLimits& limits, std::int64_t month, MicroCredits spent) {
  json::object shown = {{"begins_at", to_unix_seconds(ledger::month_begins(month))},
                        {"ends_at", to_unix_seconds(ledger::month_begins(month + 1))},
                        {"spent_microcredits", spent.count()}};
  shown["remaining_microcredits"] = nullptr;
  if (limits.monthly_credits) {
    // The limit may have been lowered below what was spent.
    shown["remaining_microcredits"] = std::max<std::int64_t>(limits.monthly_credits->count() - spent.count(), 0);
  }
  return shown;
}

json::object print_key(const usecase::Caller& caller, std::int64_t month, MicroCredits spent) {
  json::object shown = {{"id", caller.key.text()},        {"name", caller.key_name},
                        {"account", caller.account_name}, {"book", ledger::print(caller.book)},
                        {"last4", caller.last4},          {"created_at", to_unix_seconds(caller.created_at)}};
  shown["expires_at"] = nullptr;
  if (caller.expires_at) shown["expires_at"] = to_unix_seconds(*caller.expires_at);
  shown["models"] = json::array(caller.models.begin(), caller.models.end());
  shown["limits"] = show_limits(caller.limits);
  shown["month"] = print_month(caller.limits, month, spent);
  return shown;
}

}  // namespace

json::object print_balance(const ledger::Balance& balance) {
  return {{"available_microcredits", balance.available().count()},
          {"held_microcredits", balance.held.count()},
          {"granted_microcredits", balance.granted.count()},
          {"captured_microcredits", balance.captured.count()},
          {"balance", balance.available().whole_credits()}};
}

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

Answer show_key(Exchange& exchange) {
  const usecase::Caller& caller = *exchange.caller;
  const std::int64_t month = ledger::month_of(exchange.services.clock.wall_now());
  const store::KeyMonth place{caller.account, caller.book, caller.key, month};
  const Result<MicroCredits> spent = co_await exchange.services.accounts.get_key_month(exchange.loop, place);
  if (!spent) co_return fail(spent.error());
  http::Response response;
  response.set("Cache-Control", "private, no-store");
  response.body = json::print(print_key(caller, month, *spent));
  co_return response;
}

}  // namespace darkroom::api
