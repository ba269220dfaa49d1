// What a reader asks the database. Every function sees one committed state of it.
// Threads: those of the connection.
#pragma once

#include "store/sqlite/history_queries.h"
#include "store/sqlite/people_queries.h"
#include "store/sqlite/statement.h"
#include "store/sqlite/usage_queries.h"
#include "store/sqlite/webhook_queries.h"
#include "store/store.h"

namespace darkroom::store::sqlite {

class Queries {
 public:
  explicit Queries(Database& database);

  Result<std::optional<account::Account>> find_account(const std::string& name);
  Result<std::vector<account::KeyRecord>> list_keys();
  Result<std::vector<account::KeyRecord>> list_keys_of(AccountId account);
  Result<ledger::Balance> get_balance(AccountId account, ledger::Book book);
  Result<ledger::Report> audit();
  Result<std::optional<EarlierSubmit>> find_submit(AccountId account, ledger::Book book, const account::Digest& key,
                                                   WallTime now);
  Result<std::optional<task::Task>> find_task(TaskId id);
  Result<std::vector<task::Task>> list_tasks(const TaskFilter& filter);
  Result<std::vector<QueuedTask>> list_unfinished(std::optional<TaskId> after, std::size_t limit);
  Result<std::vector<task::Event>> list_events(TaskId id);
  Result<std::vector<TaskId>> list_expired_media(WallTime ended_before, std::size_t limit);
  Result<std::vector<Setting>> list_settings();
  UsageQueries usage;
  WebhookQueries webhooks;
  PeopleQueries people;
  HistoryQueries history;

 private:
  Result<ledger::Report> audit_snapshot();

  Database& database_;
  Statement find_account_, list_keys_, list_keys_of_, get_balance_, find_submit_, find_task_, find_head_,
      list_unfinished_, list_events_, list_expired_media_, list_settings_;
};

}  // namespace darkroom::store::sqlite
