// The rows of the memory store and the verbs on them, as plain functions that either do everything or nothing.
// Threads: one at a time.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "store/memory/memory_store.h"
#include "store/memory/people_rows.h"
#include "store/memory/webhook_rows.h"

namespace darkroom::store {

struct MemoryData {
  using Purse = std::pair<AccountId, ledger::Book>;
  using SubmitKey = std::tuple<AccountId, ledger::Book, account::Digest>;
  using EntryKey = std::tuple<IdBytes, ledger::Kind, std::uint32_t>;

  Result<account::Account> ensure_account(const NewAccount& wanted);
  std::optional<account::Account> find_account(const std::string& name) const;
  Status create_key(const account::KeyRecord& key);
  Result<account::KeyRecord> revoke_key(KeyId id, WallTime at);
  Result<account::KeyRecord> change_key(KeyId id, const account::KeyChange& change);
  void touch_keys(const std::vector<std::pair<KeyId, WallTime>>& uses);
  std::vector<account::KeyRecord> list_keys() const;
  std::vector<account::KeyRecord> list_keys_of(AccountId account) const;

  Result<ledger::Balance> post_grant(const ledger::Entry& grant);
  ledger::Balance get_balance(AccountId account, ledger::Book book) const;
  std::vector<UsageRow> list_usage(const UsageFilter& filter) const;
  std::vector<FailureRow> list_failures(const FailureFilter& filter) const;
  MicroCredits get_key_month(const KeyMonth& month) const;
  ledger::Report audit() const;

  Status create_task(const NewTask& wanted);
  std::optional<EarlierSubmit> find_submit(AccountId account, ledger::Book book, const account::Digest& key,
                                           WallTime now) const;
  std::uint64_t forget_submits(WallTime now, std::size_t limit);
  std::optional<task::Task> find_task(TaskId id) const;
  std::vector<task::Task> list_tasks(const TaskFilter& filter) const;
  std::vector<QueuedTask> list_unfinished(std::optional<TaskId> after, std::size_t limit) const;
  std::vector<std::optional<task::Task>> claim_tasks(const std::vector<TaskId>& ids);
  Status update_task(TaskUpdate update);
  std::vector<task::Event> list_events(TaskId id) const;
  std::uint64_t void_leases();
  std::vector<TaskId> list_expired_media(WallTime ended_before, std::size_t limit) const;
  void mark_media_removed(const std::vector<TaskId>& ids);

  std::vector<ledger::Entry> list_entries(const EntryFilter& filter) const;
  std::vector<ledger::Entry> list_task_entries(TaskId id) const;
  MicroCredits sum_grants(AccountId account, ledger::Book book) const;
  std::optional<task::Task> find_request(const std::string& request_id) const;

  Status create_webhook(const webhook::Endpoint& endpoint);
  WebhookRows webhooks;
  PeopleRows people{accounts_};
  std::map<std::string, std::string> settings;  // values by their names

 private:
  void count_end(const task::Task& task);
  // Checks that none of the entries is there yet and computes the balance; writes only if both succeed.
  Result<ledger::Balance> post(const std::vector<ledger::Entry>& entries, AccountId account, ledger::Book book);

  std::map<AccountId, account::Account> accounts_;
  std::map<std::string, AccountId> accounts_by_name_;
  std::map<KeyId, account::KeyRecord> keys_;
  std::map<EntryKey, ledger::Entry> entries_;
  std::map<Purse, ledger::Balance> balances_;
  std::map<UsageKey, ledger::Usage> usage_;
  std::map<FailureKey, Failures> failures_;
  std::map<TaskId, task::Task> tasks_;
  std::set<TaskId> unfinished_;
  std::set<std::pair<WallTime, TaskId>> media_;  // of ended tasks, by the time of their end
  std::map<TaskId, std::vector<task::Event>> events_;
  struct Submit {
    EarlierSubmit submit;
    WallTime expires_at{};
  };
  std::map<SubmitKey, Submit> submits_;
};

}  // namespace darkroom::store
