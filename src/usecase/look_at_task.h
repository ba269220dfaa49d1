// LookAtTask: everything that is kept of one task, for the pages of its account and of operators. Threads: any loop.
// Fails with not_found for an unknown id and for another account's task alike, or with what the store says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/async.h"
#include "store/store.h"

namespace darkroom::usecase {

struct TaskFile {
  task::Task task;
  std::vector<task::Event> events;
  std::vector<ledger::Entry> entries;  // upstream losses among them, which are the operator's alone
  std::vector<webhook::Delivery> deliveries;
  std::vector<webhook::Endpoint> endpoints;  // the account's, for the addresses of deliveries
};

Async<Result<task::Task>> get_task_of(Loop& loop, store::Store& store, TaskId id, AccountId account);
Async<Result<TaskFile>> get_task_file(Loop& loop, store::Store& store, TaskId id, AccountId account);
// The task of that id, or the one that the request of that id made; of that account, if one is named. Nothing if there
// is none, also for a text that is neither.
Async<Result<std::optional<task::Task>>> find_task(Loop& loop, store::Store& store, std::string text,
                                                   std::optional<AccountId> account);

struct LedgerPage {
  std::vector<ledger::Entry> entries;
  bool has_more = false;
  MicroCredits balance;  // that is available
  std::int64_t sum = 0;  // the grants, and what the sums of usage took from them: the same, unless the books are wrong
};
Async<Result<LedgerPage>> get_ledger_page(Loop& loop, store::Store& store, store::EntryFilter filter);

}  // namespace darkroom::usecase
