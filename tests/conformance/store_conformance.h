// The conformance suite of the store port: every sentence of store/store.h, over every implementation. An
// implementation joins by giving a Backend and one INSTANTIATE_TEST_SUITE_P line.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "store/store.h"
#include "tests/support/store_ask.h"
#include "tests/support/store_rows.h"

namespace darkroom::test {

// A place where stores of one kind live; closing one and opening the next finds the same rows.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::unique_ptr<store::Store> open() = 0;
};

struct BackendCase {
  std::string name;
  std::function<std::unique_ptr<Backend>()> make;

  friend void PrintTo(const BackendCase& shown, std::ostream* out) { *out << shown.name; }
};

class StoreConformance : public ::testing::TestWithParam<BackendCase> {
 protected:
  StoreConformance() : backend_(GetParam().make()), store_(backend_->open()) {}

  void reopen() {
    store_->close();
    store_.reset();
    store_ = backend_->open();
  }

  // The verbs, waiting.
  Result<account::Account> ensure_account(const store::NewAccount& wanted);
  Status create_key(const account::KeyRecord& key);
  std::vector<account::KeyRecord> list_keys();
  Result<ledger::Balance> post_grant(const ledger::Entry& grant);
  ledger::Balance balance(AccountId account, ledger::Book book = ledger::Book::test);
  ledger::Report audit();
  Status create_task(const store::NewTask& wanted);
  // By the key of another task's submit.
  std::optional<store::EarlierSubmit> find_submit(const store::NewTask& made, WallTime now);
  std::uint64_t forget_submits(WallTime now, std::size_t limit);
  std::optional<task::Task> find_task(TaskId id);
  std::vector<task::Task> list_tasks(const store::TaskFilter& filter);
  std::vector<store::QueuedTask> list_unfinished(std::optional<TaskId> after, std::size_t limit);
  std::optional<task::Task> claim(TaskId id);
  Status update_task(const store::TaskUpdate& update);
  std::vector<task::Event> list_events(TaskId id);
  std::vector<TaskId> list_expired_media(WallTime before, std::size_t limit);
  void mark_media_removed(std::vector<TaskId> ids);
  std::uint64_t void_leases();

  // An account with test credits, and a claimed task of two outputs at 10 micro-credits.
  AccountId funded_account(const std::string& name, std::int64_t test_credits);
  task::Task claimed_task(AccountId account);

  StoreRows rows_{1};
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<store::Store> store_;
};

MicroCredits micro(std::int64_t count);
// Everything about a task that must be the same before and after a store had it.
std::string describe(const task::Task& task);
std::string describe(const account::KeyRecord& key);
std::string describe(const ledger::Balance& balance);

}  // namespace darkroom::test
