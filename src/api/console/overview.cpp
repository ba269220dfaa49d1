#include "api/console/overview.h"

#include <algorithm>
#include <utility>

#include "api/account.h"
#include "api/console/money.h"
#include "api/console/task_query.h"
#include "api/nullable.h"
#include "usecase/list_tasks.h"

namespace darkroom::api::console {
namespace {

constexpr double kMillisecondsPerSecond = 1000;

// How far an account has come: a key of its own, a picture in the playground, a request with a key.
struct Steps {
  std::int64_t keys = 0;  // that have not been revoked
  bool playground = false;
  bool api_call = false;
};

Steps steps_of(const std::vector<account::KeyRecord>& keys) {
  Steps steps;
  for (const account::KeyRecord& key : keys) {
    const bool is_used = key.last_used_at.has_value();
    if (key.is_console) {
      steps.playground |= is_used;
    } else {
      steps.api_call |= is_used;
      steps.keys += key.revoked_at ? 0 : 1;
    }
  }
  return steps;
}

// The last minute's uses of keys are not in the store before they are flushed there.
Async<Result<std::vector<account::KeyRecord>>> read_keys(Visit& visit) {
  using Keys = Result<std::vector<account::KeyRecord>>;
  Keys keys = co_await visit.services.api.accounts.list_keys_of(visit.loop, visit.account().id);
  if (!keys) co_return fail(std::move(keys.error()));
  if (const Steps seen = steps_of(*keys); seen.api_call && seen.playground) co_return keys;
  DR_CO_TRY(co_await visit.services.api.keys.flush_uses(visit.loop));
  co_return co_await visit.services.api.accounts.list_keys_of(visit.loop, visit.account().id);
}

// Tasks of the account that have not ended. All its keys share the count, and an account without a key has none.
std::int64_t count_unfinished(const Visit& visit, const std::vector<account::KeyRecord>& keys) {
  for (const account::KeyRecord& key : keys) {
    if (const usecase::CallerRef caller = visit.services.api.keys.find(key.id)) {
      return std::max<std::int64_t>(caller->state->unfinished_tasks.load(std::memory_order_relaxed), 0);
    }
  }
  return 0;
}

// Of the latest tasks that were completed; null while there is none.
Async<Result<json::value>> find_median_seconds(Visit& visit, ledger::Book book) {
  usecase::TaskQuery query;
  query.account = visit.account().id;
  query.book = book;
  query.status = "completed";
  query.limit = usecase::kMostTasksShown;
  Result<usecase::TaskPage> page = co_await visit.services.api.tasks.list(visit.loop, std::move(query));
  if (!page) co_return fail(std::move(page.error()));
  if (page->tasks.empty()) co_return json::value(nullptr);
  std::vector<milliseconds> times;
  for (const task::Task& task : page->tasks) times.push_back(*task.ended_at - task.created_at);
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  co_return json::value(static_cast<double>(middle->count()) / kMillisecondsPerSecond);
}

Async<Result<json::object>> print_balances(Visit& visit) {
  const Result<usecase::Balances> balances =
      co_await visit.services.api.accounts.get_balances(visit.loop, visit.account().name);
  if (!balances) co_return fail(balances.error());
  json::object shown;
  shown["account"] = print_account(visit.account());
  shown["live"] = print_balance(balances->live);
  shown["test"] = print_balance(balances->test);
  co_return shown;
}

}  // namespace

Answer show_account(Visit& visit) {
  const Result<std::optional<ledger::Book>> asked = read_book(visit.request);
  if (!asked) co_return fail(asked.error());
  const ledger::Book book = asked->value_or(ledger::Book::live);
  Result<json::object> shown = co_await print_balances(visit);
  if (!shown) co_return fail(std::move(shown.error()));
  const Result<std::vector<account::KeyRecord>> keys = co_await read_keys(visit);
  if (!keys) co_return fail(keys.error());
  const Steps steps = steps_of(*keys);
  (*shown)["keys"] = steps.keys;
  (*shown)["first_steps"] =
      json::object{{"key", steps.keys > 0}, {"playground", steps.playground}, {"api_call", steps.api_call}};
  (*shown)["unfinished_tasks"] = count_unfinished(visit, *keys);
  Result<json::value> median = co_await find_median_seconds(visit, book);
  if (!median) co_return fail(std::move(median.error()));
  (*shown)["median_seconds"] = std::move(*median);
  Result<json::object> funds = co_await report_funds(visit, book);
  if (!funds) co_return fail(std::move(funds.error()));
  (*shown)["funds"] = std::move(*funds);
  Result<json::object> week = co_await report_week(visit, visit.account().id, book);
  if (!week) co_return fail(std::move(week.error()));
  (*shown)["week"] = std::move(*week);
  co_return answer_with(*shown);
}

Answer show_overview(Visit& visit) {
  const Result<std::optional<ledger::Book>> book = read_book(visit.request);
  if (!book) co_return fail(book.error());
  const Screens& screens = visit.services.screens;
  if (!screens.report_queue || !screens.list_upstreams) co_return fail(Code::unavailable);
  const json::object queue = co_await await_on<json::object>(
      visit.loop, [&](Done<json::object> done) { screens.report_queue(std::move(done)); });
  const json::array upstreams = co_await await_on<json::array>(
      visit.loop, [&](Done<json::array> done) { screens.list_upstreams(std::move(done)); });
  const Result<json::object> week = co_await report_week(visit, std::nullopt, book->value_or(ledger::Book::live));
  if (!week) co_return fail(week.error());
  co_return answer_with({{"queue", queue}, {"upstreams", upstreams}, {"week", *week}});
}

}  // namespace darkroom::api::console
