// Rows as values: which columns a statement selects, and how one row becomes a Task, Event, Entry or KeyRecord.
// Threads: no state. Fails with store_failed for a plan, progress or list that this program did not write.
#pragma once

#include "account/account.h"
#include "ledger/rules.h"
#include "store/sqlite/statement.h"
#include "store/store.h"
#include "task/task.h"

namespace darkroom::store::sqlite {

// All of a task but its plan and progress; then the whole of it. Macros, since statements are literals around them.
#define DR_TASK_HEAD \
  "id, account, key, book, state, created_at, due_at, ended_at, fence, leased, event_count, hold, captured, failure"
#define DR_TASK DR_TASK_HEAD ", plan, progress"
#define DR_KEY                                                                                            \
  "keys.id, keys.account, accounts.name, book, hash, last4, keys.name, models, limits, keys.created_at, " \
  "expires_at, revoked_at, last_used_at, is_console"
#define DR_USAGE "tasks, completed, failed, cancelled, outputs, attempts, held, captured, refunded, cost"
#define DR_USAGE_SUMS                                                                                                \
  "sum(tasks), sum(completed), sum(failed), sum(cancelled), sum(outputs), sum(attempts), sum(held), sum(captured), " \
  "sum(refunded), sum(cost)"
#define DR_ENTRY "ref, kind, number, account, book, amount, at"

task::Task read_task_head(Query& query);
Result<task::Task> read_task(Query& query);
task::Event read_event(Query& query);  // task, number, at, type, data
ledger::Entry read_entry(Query& query);
ledger::Usage read_usage(Query& query);       // DR_USAGE
ledger::Balance read_balance(Query& query);   // granted, held, captured
account::Account read_account(Query& query);  // id, name, created_at
Result<account::KeyRecord> read_key(Query& query);

std::string print_models(const std::vector<std::string>& models);

}  // namespace darkroom::store::sqlite
