#include "store/sqlite/queries.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/checks.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/rows.h"
#include "task/machine.h"

namespace darkroom::store::sqlite {
namespace {

TaskId read_task_id(Query& query) {
  TaskId id;
  query.read(id);
  return id;
}

EarlierSubmit read_submit(Query& query) {
  EarlierSubmit submit;
  query.read(submit.task);
  submit.request = query.bytes<32>();
  return submit;
}

BalanceRow read_balance_row(Query& query) {
  BalanceRow row;
  query.read(row.account);
  row.book = query.number<ledger::Book>();
  row.balance = read_balance(query);
  return row;
}

ledger::TaskFacts facts(const task::Task& task) {
  return {task.id.bytes,
          task.account,
          task.book,
          task.hold,
          task.captured,
          task::is_ended(task.state),
          task.state == task::State::completed,
          task.state == task::State::cancelled};
}

std::int64_t clamp(std::size_t limit) { return static_cast<std::int64_t>(std::min<std::size_t>(limit, INT32_MAX)); }

}  // namespace

Queries::Queries(Database& database)
    : usage(database),
      webhooks(database),
      people(database),
      history(database),
      database_(database),
      find_account_(database, "SELECT id, name, created_at FROM accounts WHERE name = ?"),
      list_keys_(database, "SELECT " DR_KEY
                           " FROM keys JOIN accounts ON accounts.id = keys.account ORDER BY keys.created_at, keys.id"),
      list_keys_of_(database, "SELECT " DR_KEY
                              " FROM keys JOIN accounts ON accounts.id = keys.account WHERE keys.account = ? "
                              "ORDER BY keys.created_at, keys.id"),
      get_balance_(database, "SELECT granted, held, captured FROM balances WHERE account = ? AND book = ?"),
      find_submit_(database,
                   "SELECT task, request FROM submits WHERE account = ? AND book = ? AND key = ? AND expires_at > ?"),
      find_task_(database, "SELECT " DR_TASK " FROM tasks WHERE id = ?"),
      find_head_(database, "SELECT " DR_TASK_HEAD " FROM tasks WHERE id = ?"),
      list_unfinished_(database, "SELECT " DR_TASK " FROM tasks WHERE ended_at IS NULL AND id > ? ORDER BY id LIMIT ?"),
      list_events_(database, "SELECT task, number, at, type, data FROM events WHERE task = ? ORDER BY number"),
      list_expired_media_(database,
                          "SELECT id FROM tasks WHERE ended_at < ? AND media = 1 ORDER BY ended_at, id LIMIT ?"),
      list_settings_(database, "SELECT name, value FROM settings ORDER BY name") {}

Result<std::optional<account::Account>> Queries::find_account(const std::string& name) {
  Query query = find_account_.start(name);
  return next<account::Account>(query, read_account);
}

Result<std::vector<account::KeyRecord>> Queries::list_keys() {
  Query query = list_keys_.start();
  return collect<account::KeyRecord>(query, read_key);
}

Result<std::vector<account::KeyRecord>> Queries::list_keys_of(AccountId account) {
  Query query = list_keys_of_.start(account);
  return collect<account::KeyRecord>(query, read_key);
}

Result<ledger::Balance> Queries::get_balance(AccountId account, ledger::Book book) {
  Query query = get_balance_.start(account, book);
  const auto balance = next<ledger::Balance>(query, read_balance);
  if (!balance) return fail(balance.error());
  return balance->value_or(ledger::Balance{});
}

Result<ledger::Report> Queries::audit() {
  DR_TRY(database_.execute("BEGIN"));  // one snapshot for all that follows
  Result<ledger::Report> report = audit_snapshot();
  DR_TRY(database_.execute("ROLLBACK"));
  return report;
}

Result<ledger::Report> Queries::audit_snapshot() {
  ledger::Audit audit;
  Statement balances(database_, "SELECT account, book, granted, held, captured FROM balances");
  Statement entries(database_, "SELECT " DR_ENTRY " FROM entries ORDER BY ref, kind, number");
  Statement tasks(database_, "SELECT " DR_TASK_HEAD " FROM tasks ORDER BY id");
  Query all_balances = balances.start();
  const auto rows = collect<BalanceRow>(all_balances, read_balance_row);
  if (!rows) return fail(rows.error());
  for (const BalanceRow& row : *rows) audit.add_balance(row.account, row.book, row.balance);
  DR_TRY(usage.audit(audit));

  // Both come in the order of the ids: entries up to a task's id are added before it is settled.
  Query all_entries = entries.start();
  Query all_tasks = tasks.start();
  auto entry = next<ledger::Entry>(all_entries, read_entry);
  auto task = next<task::Task>(all_tasks, read_task_head);
  while (entry && task && (*entry || *task)) {
    if (*task && (!*entry || (*task)->id.bytes < (*entry)->ref)) {
      if ((*task)->hold.count() > 0) audit.add(task::hold_of(**task));
      audit.add(facts(**task));
      audit.settle_through((*task)->id.bytes);
      task = next<task::Task>(all_tasks, read_task_head);
    } else {
      audit.add(**entry);
      entry = next<ledger::Entry>(all_entries, read_entry);
    }
  }
  if (!entry) return fail(std::move(entry.error()));
  if (!task) return fail(std::move(task.error()));
  ledger::Report report = audit.finish();
  const Result<std::int64_t> strange = usage.count_strange_sums();
  if (!strange) return fail(strange.error());
  if (*strange > 0)
    report.violations.push_back(fmt::format("{} sums of usage differ from those of their parts", *strange));
  return report;
}

Result<std::optional<EarlierSubmit>> Queries::find_submit(AccountId account, ledger::Book book,
                                                          const account::Digest& key, WallTime now) {
  Query query = find_submit_.start(account, book, key, now);
  return next<EarlierSubmit>(query, read_submit);
}

Result<std::optional<task::Task>> Queries::find_task(TaskId id) {
  Query query = find_task_.start(id);
  return next<task::Task>(query, read_task);
}

Result<std::vector<task::Task>> Queries::list_tasks(const TaskFilter& filter) {
  std::string sql = "SELECT " DR_TASK " FROM tasks INDEXED BY tasks_newest WHERE id > x''";
  if (filter.account) sql += " AND account = ?1";
  if (filter.state) sql += " AND state = ?2";
  if (filter.before) sql += " AND id < ?3";
  sql += " ORDER BY id DESC LIMIT ?4";
  Statement statement(database_, sql.c_str());
  Query query = statement.start(filter.account, filter.state, filter.before, clamp(std::min(filter.limit, kMaxPage)));
  return collect<task::Task>(query, read_task);
}

Result<std::vector<QueuedTask>> Queries::list_unfinished(std::optional<TaskId> after, std::size_t limit) {
  Query query = list_unfinished_.start(after.value_or(TaskId{}), clamp(limit));
  return collect<QueuedTask>(query, [](Query& row) -> Result<QueuedTask> {
    const Result<task::Task> task = read_task(row);
    if (!task) return fail(task.error());
    return queued(*task);
  });
}

Result<std::vector<task::Event>> Queries::list_events(TaskId id) {
  Query query = list_events_.start(id);
  Result<std::vector<task::Event>> events = collect<task::Event>(query, read_event);
  if (!events || (!events->empty() && events->front().number == 0)) return events;
  Query head = find_head_.start(id);
  const auto task = next<task::Task>(head, read_task_head);
  if (!task) return fail(task.error());
  if (*task) events->insert(events->begin(), task::first_event_of(**task));
  return events;
}

Result<std::vector<TaskId>> Queries::list_expired_media(WallTime ended_before, std::size_t limit) {
  Query query = list_expired_media_.start(ended_before, clamp(limit));
  return collect<TaskId>(query, read_task_id);
}

Result<std::vector<Setting>> Queries::list_settings() {
  Query query = list_settings_.start();
  return collect<Setting>(query, [](Query& row) {
    Setting setting;
    setting.name = row.text();
    setting.value = row.text();
    return setting;
  });
}

}  // namespace darkroom::store::sqlite
