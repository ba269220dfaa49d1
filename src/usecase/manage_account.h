// ManageAccount: what an operator does: keys, credits, balances, a look at tasks and the audit of the books. Used by
// the administration API of a running server, and by the commands directly on the store when no server runs. Threads:
// any loop. Fails with invalid_parameter (field named), not_found (a sentence that names what), already_exists, or what
// the store says.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "account/account.h"
#include "base/clock.h"
#include "base/credits.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "catalog/catalog.h"
#include "ledger/rules.h"
#include "runtime/async.h"
#include "store/store.h"
#include "usecase/key_ring.h"

namespace darkroom::usecase {

// Whole test credits that a new account starts with.
inline constexpr std::int64_t kTestCreditsOfNewAccount = 1'000'000;

struct NewKey {
  std::string account;  // made if there is none of that name
  ledger::Book book = ledger::Book::live;
  std::string name = {};                   // free text, at most kMaxKeyNameBytes
  std::optional<seconds> expires_in = {};  // > 0
  std::vector<std::string> models = {};    // ids of the catalogue; empty: all
  account::KeyLimits limits = {};
};
inline constexpr std::size_t kMaxKeyNameBytes = 200;

struct CreatedKey {
  account::KeyRecord record;
  Secret text;  // shown once, stored nowhere
};

struct Grant {
  std::string account;  // made if there is none of that name
  ledger::Book book = ledger::Book::live;
  MicroCredits amount;  // > 0
};

struct Balances {
  std::string account;
  ledger::Balance live;
  ledger::Balance test;
};

struct TaskHistory {
  task::Task task;
  std::vector<task::Event> events;
};

class ManageAccount {
 public:
  // `keys` is the running server's ring, told of every change; nullptr when no server runs in this process.
  ManageAccount(store::Store& store, const catalog::Catalog& catalog, KeyRing* keys, Clock& clock, Random& random);

  Async<Result<CreatedKey>> create_key(Loop& loop, NewKey wanted);
  // Oldest first; of one account, if named.
  Async<Result<std::vector<account::KeyRecord>>> list_keys(Loop& loop, std::optional<std::string> account);
  // The same, of one account that is known.
  Async<Result<std::vector<account::KeyRecord>>> list_keys_of(Loop& loop, AccountId account);
  // Revoking twice is fine and keeps the first time.
  Async<Result<account::KeyRecord>> revoke_key(Loop& loop, KeyId id);

  // The key afterwards; what has changed holds from the answer on.
  Async<Result<account::KeyRecord>> change_key(Loop& loop, KeyId id, account::KeyChange change);

  // conflict if there is an account of that name.
  Async<Result<account::Account>> create_account(Loop& loop, std::string name);
  // The caller with which the console submits for the account, made at its first use; this is a use of it. Only where
  // a server runs.
  Async<Result<CallerRef>> get_console_caller(Loop& loop, account::Account account, ledger::Book book);

  Async<Result<Balances>> grant(Loop& loop, Grant grant);
  Async<Result<Balances>> get_balances(Loop& loop, std::string account);
  Async<Result<ledger::Balance>> get_balance(Loop& loop, AccountId account, ledger::Book book);
  Async<Result<std::vector<store::UsageRow>>> list_usage(Loop& loop, store::UsageFilter filter);
  // What is held or captured for the key's tasks that were accepted in the month.
  Async<Result<MicroCredits>> get_key_month(Loop& loop, store::KeyMonth month);

  // Newest first, at most store::kMaxPage; of one account, if named.
  Async<Result<std::vector<task::Task>>> list_tasks(Loop& loop, std::optional<std::string> account, std::size_t limit);
  Async<Result<TaskHistory>> get_task(Loop& loop, TaskId id);
  // The report of a recomputation of the books; whoever asks looks at its violations.
  Async<Result<ledger::Report>> audit(Loop& loop);

  // Called after a key's limits have changed, on the request's loop. May be empty.
  std::function<void()> on_limits_changed;

 private:
  Async<Result<account::KeyRecord>> ensure_console_key(Loop& loop, account::Account account, ledger::Book book);
  store::NewAccount make_account(std::string name);
  Async<Result<account::Account>> ensure_account(Loop& loop, std::string name);
  Async<Result<account::Account>> get_account(Loop& loop, std::string name);
  Async<Result<Balances>> balances_of(Loop& loop, account::Account account);

  store::Store& store_;
  const catalog::Catalog& catalog_;
  KeyRing* keys_;
  Clock& clock_;
  Random& random_;
};

}  // namespace darkroom::usecase
