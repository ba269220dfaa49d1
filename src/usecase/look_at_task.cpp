#include "usecase/look_at_task.h"

#include <utility>

namespace darkroom::usecase {
namespace {

constexpr std::int64_t kLatestHour = 1'000'000 * ledger::kHoursOfDay;  // in whole days; the year 4707
// Between two looks at a balance that changes all the time.
constexpr int kMostLooks = 3;

Async<Result<ledger::Balance>> get_balance(Loop& loop, store::Store& store, AccountId account, ledger::Book book) {
  using Found = Result<ledger::Balance>;
  co_return co_await await_on<Found>(loop,
                                     [&](Done<Found> done) { store.get_balance(account, book, std::move(done)); });
}

// From the sums and not from the balance.
Async<Result<std::int64_t>> sum_ledger(Loop& loop, store::Store& store, AccountId account, ledger::Book book) {
  using Granted = Result<MicroCredits>;
  const Granted granted =
      co_await await_on<Granted>(loop, [&](Done<Granted> done) { store.sum_grants(account, book, std::move(done)); });
  if (!granted) co_return fail(granted.error());
  store::UsageFilter filter;
  filter.account = account;
  filter.book = book;
  filter.until_hour = filter.span_hours = kLatestHour;
  filter.by = store::UsageBy::nothing;
  using Rows = Result<std::vector<store::UsageRow>>;
  const Rows rows =
      co_await await_on<Rows>(loop, [&](Done<Rows> done) { store.list_usage(std::move(filter), std::move(done)); });
  if (!rows) co_return fail(rows.error());
  std::int64_t sum = granted->count();
  for (const store::UsageRow& row : *rows) sum -= row.usage.held - row.usage.refunded;
  co_return sum;
}

}  // namespace

Async<Result<task::Task>> get_task_of(Loop& loop, store::Store& store, TaskId id, AccountId account) {
  using Found = Result<std::optional<task::Task>>;
  Found found = co_await await_on<Found>(loop, [&](Done<Found> done) { store.find_task(id, std::move(done)); });
  if (!found) co_return fail(std::move(found.error()));
  if (!*found || (*found)->account != account) co_return fail(Code::not_found);
  co_return std::move(**found);
}

Async<Result<TaskFile>> get_task_file(Loop& loop, store::Store& store, TaskId id, AccountId account) {
  Result<task::Task> task = co_await get_task_of(loop, store, id, account);
  if (!task) co_return fail(std::move(task.error()));
  TaskFile file;
  file.task = std::move(*task);
  using Events = Result<std::vector<task::Event>>;
  Events events = co_await await_on<Events>(loop, [&](Done<Events> done) { store.list_events(id, std::move(done)); });
  if (!events) co_return fail(std::move(events.error()));
  file.events = std::move(*events);
  using Entries = Result<std::vector<ledger::Entry>>;
  Entries entries =
      co_await await_on<Entries>(loop, [&](Done<Entries> done) { store.list_task_entries(id, std::move(done)); });
  if (!entries) co_return fail(std::move(entries.error()));
  file.entries = std::move(*entries);
  using Deliveries = Result<std::vector<webhook::Delivery>>;
  Deliveries deliveries = co_await await_on<Deliveries>(
      loop, [&](Done<Deliveries> done) { store.list_task_deliveries(account, id, std::move(done)); });
  if (!deliveries) co_return fail(std::move(deliveries.error()));
  file.deliveries = std::move(*deliveries);
  if (file.deliveries.empty()) co_return file;
  using Endpoints = Result<std::vector<webhook::Endpoint>>;
  Endpoints endpoints =
      co_await await_on<Endpoints>(loop, [&](Done<Endpoints> done) { store.list_webhooks(account, std::move(done)); });
  if (!endpoints) co_return fail(std::move(endpoints.error()));
  file.endpoints = std::move(*endpoints);
  co_return file;
}

Async<Result<std::optional<task::Task>>> find_task(Loop& loop, store::Store& store, std::string text,
                                                   std::optional<AccountId> account) {
  using Found = Result<std::optional<task::Task>>;
  const std::optional<TaskId> id = TaskId::parse(text);
  Found found = co_await await_on<Found>(loop, [&](Done<Found> done) {
    if (id) {
      store.find_task(*id, std::move(done));
    } else {
      store.find_request(std::move(text), std::move(done));
    }
  });
  if (found && *found && account && (*found)->account != *account) co_return std::nullopt;
  co_return found;
}

Async<Result<LedgerPage>> get_ledger_page(Loop& loop, store::Store& store, store::EntryFilter filter) {
  const std::size_t limit = filter.limit++;  // one more tells whether there is a next page
  const AccountId account = filter.account;
  const ledger::Book book = filter.book;
  LedgerPage page;
  for (int look = 0; look < kMostLooks; ++look) {
    const Result<ledger::Balance> before = co_await get_balance(loop, store, account, book);
    if (!before) co_return fail(before.error());
    const Result<std::int64_t> sum = co_await sum_ledger(loop, store, account, book);
    if (!sum) co_return fail(sum.error());
    const Result<ledger::Balance> after = co_await get_balance(loop, store, account, book);
    if (!after) co_return fail(after.error());
    page.balance = after->available();
    page.sum = *sum;
    if (*before == *after) break;  // else the sum may be of another moment than the balance
  }
  using Entries = Result<std::vector<ledger::Entry>>;
  Entries entries =
      co_await await_on<Entries>(loop, [&](Done<Entries> done) { store.list_entries(filter, std::move(done)); });
  if (!entries) co_return fail(std::move(entries.error()));
  page.entries = std::move(*entries);
  page.has_more = page.entries.size() > limit;
  if (page.has_more) page.entries.pop_back();
  co_return page;
}

}  // namespace darkroom::usecase
