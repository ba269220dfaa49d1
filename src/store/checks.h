// What every store refuses in the same words before it touches anything: commands that contradict themselves. A caller
// that breaks these has a bug, so the code is `internal`; what depends on stored rows is decided by each store.
// Threads: no state.
#pragma once

#include "base/result.h"
#include "store/store.h"

namespace darkroom::store {

// A grant entry with number 0 and a positive amount.
Status check_grant(const ledger::Entry& grant);
// A task that has not ended, holds no lease and has spent nothing. A hold of 0 is no entry. An idempotency key outlives
// the moment.
Status check_new_task(const NewTask& wanted);
// A callback_url is signed with the secret of the account's default endpoint, so there must be one.
Status check_callback(const NewTask& wanted, bool has_default_endpoint);
// What the stored task lets an update do: the numbers of its events go on, its entries are its own, and they resolve
// the whole hold exactly when the task ends.
Status check_update(const task::Task& stored, const TaskUpdate& update);
// The stored task after the update. Who owns it, its plan, its hold and its birth stay as they were.
task::Task updated(task::Task stored, const TaskUpdate& update);

// The dispatcher's view of a task.
QueuedTask queued(const task::Task& task);

// The balance that the entries leave; entries that are not the customer's leave it as it was.
Result<ledger::Balance> apply_all(ledger::Balance balance, const std::vector<ledger::Entry>& entries);

// KeyRecord::last_used_at is kept to the minute.
WallTime floor_to_minute(WallTime time);

}  // namespace darkroom::store
