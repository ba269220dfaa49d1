// What a reader asks to look back: ledger pages, the task of a request, what was delivered of a task.
// Threads: those of the connection.
#pragma once

#include "store/history_store.h"
#include "store/sqlite/statement.h"

namespace darkroom::store::sqlite {

class HistoryQueries {
 public:
  explicit HistoryQueries(Database& database);

  Result<std::vector<ledger::Entry>> list_entries(const EntryFilter& filter);
  Result<std::vector<ledger::Entry>> list_task_entries(TaskId id);
  Result<MicroCredits> sum_grants(AccountId account, ledger::Book book);
  Result<std::optional<task::Task>> find_request(const std::string& request_id);
  Result<std::vector<webhook::Delivery>> list_task_deliveries(AccountId account, TaskId task);

 private:
  Statement list_of_tasks_, list_holds_, list_grants_, list_task_entries_, sum_grants_, find_request_,
      list_task_deliveries_;
};

}  // namespace darkroom::store::sqlite
