#include "store/sqlite/task_table.h"

#include "store/checks.h"
#include "store/sqlite/rows.h"

namespace darkroom::store::sqlite {
namespace {

std::optional<std::string_view> failure_name(const task::Task& task) {
  if (!task.failure) return std::nullopt;
  return info(*task.failure).name;
}

}  // namespace

TaskTable::TaskTable(Database& database, LedgerTable& ledger, UsageTable& usage, WebhookTable& webhooks)
    : database_(database),
      ledger_(ledger),
      usage_(usage),
      webhooks_(webhooks),
      exists_(database, "SELECT 1 FROM tasks WHERE id = ?"),
      insert_(database, "INSERT INTO tasks (" DR_TASK
                        ", media) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?, 0, ?, ?, 0, ?, ?, ?, 1)"),
      find_head_(database, "SELECT " DR_TASK_HEAD " FROM tasks WHERE id = ?"),
      update_(database,
              "UPDATE tasks SET state = ?2, due_at = ?3, ended_at = ?4, leased = ?5, event_count = ?6, "
              "captured = ?7, failure = ?8, progress = ?9 WHERE id = ?1"),
      claim_(database,
             "UPDATE tasks SET leased = 1, fence = fence + 1 "
             "WHERE id = ? AND ended_at IS NULL AND leased = 0 RETURNING " DR_TASK),
      void_leases_(database, "UPDATE tasks SET leased = 0 WHERE ended_at IS NULL AND leased = 1"),
      mark_media_removed_(database, "UPDATE tasks SET media = 0 WHERE id = ? AND ended_at IS NOT NULL"),
      insert_event_(database, "INSERT INTO events (task, number, at, type, data) VALUES (?, ?, ?, ?, ?)"),
      find_submit_(database, "SELECT 1 FROM submits WHERE account = ? AND book = ? AND key = ? AND expires_at > ?"),
      // The row of a key that has expired may still be there.
      put_submit_(database,
                  "INSERT OR REPLACE INTO submits (account, book, key, request, task, expires_at) "
                  "VALUES (?, ?, ?, ?, ?, ?)"),
      forget_submits_(database,
                      "DELETE FROM submits WHERE (account, book, key) IN "
                      "(SELECT account, book, key FROM submits WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)") {}

Status TaskTable::create_task(const NewTask& wanted, const std::string& plan, const std::string& progress) {
  DR_TRY(check_new_task(wanted));
  const task::Task& task = wanted.task;
  if (wanted.idempotency) {
    const account::Digest& key = wanted.idempotency->key;
    const Result<bool> used = find_submit_.start(task.account, task.book, key, task.created_at).next();
    if (!used) return fail(used.error());
    if (*used) return fail(Code::already_exists);
  }
  const bool is_free = task.hold.count() == 0;
  Result<ledger::Balance> balance = ledger_.balance(task.account, task.book);
  if (Status within = balance ? check_month(wanted) : Status{}; !within) balance = fail(std::move(within.error()));
  if (balance && !is_free) balance = ledger::apply(*balance, ledger::Kind::hold, task.hold);
  if (!balance) {
    // Nothing is written yet. A repeated submit is told so even when its credits are gone.
    const Result<bool> repeated = exists(task.id);
    if (repeated && *repeated) return fail(Code::already_exists);
    return fail(std::move(balance.error()));
  }
  if (!task.plan.callback_url.empty()) DR_TRY(check_its_callback(wanted));
  DR_TRY(insert_.run(task.id, task.account, task.key, task.book, task.state, task.created_at, task.due_at, task.fence,
                     task.event_count, task.hold, failure_name(task), plan, progress));
  if (const auto& submit = wanted.idempotency) {
    DR_TRY(put_submit_.run(task.account, task.book, submit->key, submit->request, task.id, submit->expires_at));
  }
  if (!is_free) ledger_.keep(task.account, task.book, *balance);
  usage_.count_birth(task);
  return {};
}

Status TaskTable::check_month(const NewTask& wanted) {
  if (!wanted.key_month_limit) return {};
  const task::Task& task = wanted.task;
  const Result<MicroCredits> spent = usage_.spent(month_of(task));
  if (!spent) return fail(spent.error());
  return account::check_month(*wanted.key_month_limit, *spent, task.hold, task.created_at);
}

Status TaskTable::update_task(const TaskUpdate& update, const std::string& progress) {
  const task::Task& next = update.task;
  task::Task stored;
  {
    Query found = find_head_.start(next.id);
    const Result<bool> row = found.next();
    if (!row) return fail(row.error());
    if (!*row) return fail(Code::stale_fence);
    stored = read_task_head(found);
  }
  if (!stored.leased || stored.fence != next.fence || stored.ended_at) return fail(Code::stale_fence);
  DR_TRY(check_update(stored, update));
  DR_TRY(post(stored, update.entries));
  const bool keeps_lease = next.leased && !next.ended_at;
  DR_TRY(update_.run(next.id, next.state, next.due_at, next.ended_at, keeps_lease ? 1 : 0, next.event_count,
                     next.captured, failure_name(next), progress));
  for (const task::Event& event : update.events) DR_TRY(insert_event(event));
  if (update.message) DR_TRY(webhooks_.deliver(update));
  if (next.ended_at) usage_.count_end(stored, next);
  return {};
}

Status TaskTable::post(const task::Task& task, const std::vector<ledger::Entry>& entries) {
  if (entries.empty()) return {};
  const Result<ledger::Balance> before = ledger_.balance(task.account, task.book);
  if (!before) return fail(before.error());
  for (const ledger::Entry& entry : entries) DR_TRY(ledger_.insert(entry));
  const Result<ledger::Balance> after = apply_all(*before, entries);
  if (!after) return fail(after.error());
  if (*after != *before) ledger_.keep(task.account, task.book, *after);
  return {};
}

Result<std::vector<std::optional<task::Task>>> TaskTable::claim_tasks(const std::vector<TaskId>& ids) {
  std::vector<std::optional<task::Task>> claimed;
  claimed.reserve(ids.size());
  for (const TaskId& id : ids) {
    std::optional<task::Task>& place = claimed.emplace_back();
    Query query = claim_.start(id);
    const Result<bool> row = query.next();
    if (!row) return fail(row.error());
    if (!*row) continue;
    Result<task::Task> task = read_task(query);
    if (!task) return fail(std::move(task.error()));
    place = std::move(*task);
    DR_TRY(query.run());
  }
  return claimed;
}

Result<std::uint64_t> TaskTable::void_leases() {
  const std::int64_t before = database_.total_changes();
  DR_TRY(void_leases_.run());
  return static_cast<std::uint64_t>(database_.total_changes() - before);
}

Status TaskTable::mark_media_removed(const std::vector<TaskId>& ids) {
  for (const TaskId& id : ids) DR_TRY(mark_media_removed_.run(id));
  return {};
}

Result<std::uint64_t> TaskTable::forget_submits(WallTime now, std::size_t limit) {
  const std::int64_t before = database_.total_changes();
  DR_TRY(forget_submits_.run(now, static_cast<std::int64_t>(limit)));
  return static_cast<std::uint64_t>(database_.total_changes() - before);
}

Status TaskTable::check_its_callback(const NewTask& wanted) {
  const Result<bool> has_default = webhooks_.has(webhook::default_endpoint_id(wanted.task.account));
  if (!has_default) return fail(has_default.error());
  return check_callback(wanted, *has_default);
}

Result<bool> TaskTable::exists(TaskId id) { return exists_.start(id).next(); }

Status TaskTable::insert_event(const task::Event& event) {
  return insert_event_.run(event.task, event.number, event.at, event.type, event.data);
}

}  // namespace darkroom::store::sqlite
