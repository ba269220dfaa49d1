// Who is asking: the account and key behind a request, and what the requests of one account share in this process.
// Threads: a Caller is immutable and shared; AccountState holds atomics only; AccountStates locks a shard for a
// look-up. Owns: whoever holds a CallerRef keeps the account's state alive.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "account/account.h"
#include "account/rate_limit.h"
#include "base/guarded.h"
#include "base/ids.h"
#include "ledger/entry.h"
#include "net/url_guard.h"

namespace darkroom::usecase {

// Polls are counted apart from submits, so that waiting for a picture never costs the right to ask for one.
struct AccountState {
  account::RateLimiter submits;
  account::RateLimiter polls;
  std::atomic<std::int64_t> unfinished_tasks{0};
  std::atomic<std::int64_t> uploads{0};  // that are being read
  std::atomic<bool> has_default_webhook{false};  // false says nothing: ask the store
};

// What the requests of one key share, whatever becomes of its limits.
struct KeyState {
  account::RateLimiter requests;
};

// One AccountState for each account that was seen, made at first use and kept: their number is that of the accounts.
class AccountStates {
 public:
  std::shared_ptr<AccountState> get(AccountId id);
  // How many tasks of the account have been accepted and have not ended; SubmitTask holds it below its limit. At start,
  // the app calls task_accepted once for each task that the store lists as unfinished.
  void task_accepted(AccountId id) { get(id)->unfinished_tasks.fetch_add(1, std::memory_order_relaxed); }
  void task_ended(AccountId id) { get(id)->unfinished_tasks.fetch_sub(1, std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kShards = 16;
  using Shard = std::unordered_map<AccountId, std::shared_ptr<AccountState>>;
  std::array<Guarded<Shard>, kShards> shards_;
};

struct Caller {
  AccountId account;
  std::string account_name;
  KeyId key;
  ledger::Book book = ledger::Book::live;
  std::string key_name;
  std::string last4;
  WallTime created_at{};  // of the key
  std::optional<WallTime> expires_at;
  std::vector<std::string> models;  // allowed model ids; empty: all
  account::KeyLimits limits;
  std::shared_ptr<AccountState> state;

  account::Rate key_rate;  // of all its requests; no limit: the zero rate
  std::shared_ptr<KeyState> key_state;
  std::vector<net::IpNetwork> networks;  // where requests may come from; empty: anywhere

  bool may_use(std::string_view model) const;
  // `peer`: the address of the connection. A text that is no address comes from nowhere that was allowed.
  bool may_come_from(std::string_view peer) const;
};

using CallerRef = std::shared_ptr<const Caller>;

}  // namespace darkroom::usecase
