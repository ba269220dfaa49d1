// Tasks and their events as the writer changes them.
// Threads: the writer's. A verb that fails may have changed rows; the writer then rolls back.
#pragma once

#include "store/sqlite/ledger_table.h"
#include "store/sqlite/usage_table.h"
#include "store/sqlite/webhook_table.h"

namespace darkroom::store::sqlite {

class TaskTable {
 public:
  TaskTable(Database& database, LedgerTable& ledger, UsageTable& usage, WebhookTable& webhooks);

  // `plan` and `progress` are those of the task, printed by the caller's thread.
  Status create_task(const NewTask& wanted, const std::string& plan, const std::string& progress);
  Result<std::uint64_t> forget_submits(WallTime now, std::size_t limit);
  Status update_task(const TaskUpdate& update, const std::string& progress);
  Result<std::vector<std::optional<task::Task>>> claim_tasks(const std::vector<TaskId>& ids);
  Result<std::uint64_t> void_leases();
  Status mark_media_removed(const std::vector<TaskId>& ids);

 private:
  Result<bool> exists(TaskId id);
  Status check_month(const NewTask& wanted);
  Status check_its_callback(const NewTask& wanted);
  Status insert_event(const task::Event& event);
  Status post(const task::Task& task, const std::vector<ledger::Entry>& entries);

  Database& database_;
  LedgerTable& ledger_;
  UsageTable& usage_;
  WebhookTable& webhooks_;
  Statement exists_, insert_, find_head_, update_, claim_, void_leases_, mark_media_removed_, insert_event_;
  Statement find_submit_, put_submit_, forget_submits_;
};

}  // namespace darkroom::store::sqlite
