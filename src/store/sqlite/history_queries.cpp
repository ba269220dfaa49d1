#include "store/sqlite/history_queries.h"

#include <algorithm>
#include <functional>

#include "store/sqlite/collect.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/webhook_rows.h"
#include "store/store.h"

namespace darkroom::store::sqlite {
namespace {

constexpr EntryPlace kBehindAll = [] {
  EntryPlace place;
  place.ref.fill(0xff);
  return place;
}();

}  // namespace

// A hold that a task's row implies, with the columns of an entry.
#define DR_HOLD "id AS ref, 1 AS kind, 0 AS number, account, book, hold AS amount, created_at AS at"

// Entries lie by task and not by account, so that a submit writes to one place only; the pages of an account follow its
// tasks. Grants are few and have an index of their own.
HistoryQueries::HistoryQueries(Database& database)
    : list_of_tasks_(database,
                     "SELECT e.ref, e.kind, e.number, e.account, e.book, e.amount, e.at "
                     "FROM tasks AS t INDEXED BY tasks_newest CROSS JOIN entries AS e ON e.ref = t.id "
                     "WHERE t.account = ?1 AND e.book = ?2 AND e.kind BETWEEN 1 AND 3 "
                     "AND t.id <= ?3 AND (t.id < ?3 OR e.kind < ?4) ORDER BY t.id DESC, e.kind DESC LIMIT ?5"),
      list_holds_(database, "SELECT " DR_HOLD
                            " FROM tasks INDEXED BY tasks_newest WHERE account = ?1 AND book = ?2 AND hold > 0 "
                            "AND id <= ?3 AND (id < ?3 OR 1 < ?4) ORDER BY id DESC LIMIT ?5"),
      list_grants_(database,
                   "SELECT " DR_ENTRY
                   " FROM entries INDEXED BY entries_of_grants WHERE account = ? AND book = ? AND kind = 0 AND ref < ? "
                   "ORDER BY ref DESC LIMIT ?"),
      list_task_entries_(database, "SELECT " DR_ENTRY " FROM entries WHERE ref = ?1 UNION ALL SELECT " DR_HOLD
                                   " FROM tasks WHERE id = ?1 AND hold > 0 ORDER BY kind, number"),
      sum_grants_(database,
                  "SELECT ifnull(sum(amount), 0) FROM entries INDEXED BY entries_of_grants "
                  "WHERE account = ? AND book = ? AND kind = 0"),
      find_request_(database, "SELECT " DR_TASK
                              " FROM tasks WHERE id = (SELECT id FROM (SELECT id, plan FROM tasks "
                              "WHERE id >= ? AND id < ? ORDER BY id LIMIT ?) "
                              "WHERE json_extract(plan, '$.request_id') = ? LIMIT 1)"),
      list_task_deliveries_(database, "SELECT " DR_DELIVERY
                                      " FROM deliveries WHERE webhook IN (SELECT id FROM webhooks WHERE account = ?) "
                                      "AND task = ? ORDER BY webhook") {}

Result<std::vector<ledger::Entry>> HistoryQueries::list_entries(const EntryFilter& filter) {
  const EntryPlace before = filter.before.value_or(kBehindAll);
  const std::size_t most = std::min(filter.limit, kMaxPage);
  const auto limit = static_cast<std::int64_t>(most);
  Query of_tasks = list_of_tasks_.start(filter.account, filter.book, before.ref, before.kind, limit);
  Result<std::vector<ledger::Entry>> entries = collect<ledger::Entry>(of_tasks, read_entry);
  if (!entries) return entries;
  Query of_births = list_holds_.start(filter.account, filter.book, before.ref, before.kind, limit);
  const Result<std::vector<ledger::Entry>> holds = collect<ledger::Entry>(of_births, read_entry);
  if (!holds) return holds;
  Query of_grants = list_grants_.start(filter.account, filter.book, before.ref, limit);
  const Result<std::vector<ledger::Entry>> grants = collect<ledger::Entry>(of_grants, read_entry);
  if (!grants) return grants;
  entries->insert(entries->end(), grants->begin(), grants->end());
  entries->insert(entries->end(), holds->begin(), holds->end());
  std::ranges::sort(*entries, std::greater(),
                    [](const ledger::Entry& entry) { return std::pair(entry.ref, entry.kind); });
  if (entries->size() > most) entries->resize(most);
  return entries;
}

Result<std::vector<ledger::Entry>> HistoryQueries::list_task_entries(TaskId id) {
  Query query = list_task_entries_.start(id);
  return collect<ledger::Entry>(query, read_entry);
}

Result<MicroCredits> HistoryQueries::sum_grants(AccountId account, ledger::Book book) {
  Query query = sum_grants_.start(account, book);
  const auto sum = next<MicroCredits>(query, [](Query& row) { return row.credits(); });
  if (!sum) return fail(sum.error());
  return sum->value_or(MicroCredits());
}

Result<std::optional<task::Task>> HistoryQueries::find_request(const std::string& request_id) {
  const std::optional<WallTime> came_at = parse_request_time(request_id);
  if (!came_at) return std::nullopt;
  const TaskId end = task::first_id_at(*came_at + kRequestWindow);
  Query query = find_request_.start(task::first_id_at(*came_at), end, static_cast<std::int64_t>(kMostTasksOfWindow),
                                    std::string_view(request_id));
  return next<task::Task>(query, read_task);
}

Result<std::vector<webhook::Delivery>> HistoryQueries::list_task_deliveries(AccountId account, TaskId task) {
  Query query = list_task_deliveries_.start(account, task);
  return read_deliveries(query);
}

}  // namespace darkroom::store::sqlite
