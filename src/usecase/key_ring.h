// KeyRing: every API key of the store in memory, by its SHA-256, so that a request is authenticated without the
// database; the SHA-256 of a key seen lately comes from a memo. Threads: any. A look-up locks one of 64 shards for the
// time of one hash-table search. Owns: nothing durable; load() fills it at start, add() keeps it true while the server
// runs (revocations too, at once). Fails with auth_missing, auth_malformed, key_invalid, key_revoked or key_expired.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "account/account.h"
#include "account/hash_memo.h"
#include "base/clock.h"
#include "base/guarded.h"
#include "base/result.h"
#include "runtime/async.h"
#include "store/store.h"
#include "usecase/caller.h"

namespace darkroom::usecase {

class KeyRing {
 public:
  KeyRing(store::Store& store, AccountStates& accounts);

  // Reads every key of the store. Call before the server accepts.
  Async<Status> load(Loop& loop);
  // Adds a key or replaces the one with the same hash, with immediate effect.
  void add(const account::KeyRecord& record);
  // How many tasks of the key may run at once; nothing: as many as its account's.
  std::optional<std::int64_t> concurrent_tasks_of(KeyId key);

  // Whatever became of it; nullptr if there is none.
  CallerRef find(KeyId key);

  // `authorization`: the value of the request's one Authorization header.
  Result<CallerRef> authenticate(std::optional<std::string_view> authorization, WallTime now);

  // The same for a key that is known by its hash.
  Result<CallerRef> use(const account::KeyHash& hash, WallTime now);

  // Writes to the store when keys were last used, by the minute. Call about once a minute; what is lost on the way is
  // written at the next use.
  Async<Status> flush_uses(Loop& loop);

 private:
  struct Entry {
    CallerRef caller;
    std::optional<WallTime> expires_at;
    bool revoked = false;
    std::int64_t last_used_minute = 0;
  };
  struct HashPrefix {
    std::size_t operator()(const account::KeyHash& hash) const noexcept;
  };
  // Looks at every byte whatever the difference, so that time tells nothing about a stored hash.
  struct EqualInConstantTime {
    bool operator()(const account::KeyHash& a, const account::KeyHash& b) const noexcept;
  };
  using Shard = std::unordered_map<account::KeyHash, Entry, HashPrefix, EqualInConstantTime>;
  static constexpr std::size_t kShards = 64;

  Result<CallerRef> use(Shard& shard, const account::KeyHash& hash, WallTime now);
  Guarded<Shard>& shard_of(const account::KeyHash& hash) { return shards_[hash.back() % kShards]; }

  store::Store& store_;
  AccountStates& accounts_;
  account::HashMemo memo_;
  std::array<Guarded<Shard>, kShards> shards_;
  Guarded<std::unordered_map<KeyId, std::int64_t>> concurrent_tasks_;  // of keys with such a limit
  Guarded<std::unordered_map<KeyId, CallerRef>> by_id_;
  Guarded<std::vector<std::pair<KeyId, WallTime>>> uses_;  // at most one a key and minute
};

// The token of an Authorization value: the scheme Bearer in any case, spaces, one token. Nothing for any other text.
std::optional<std::string_view> parse_bearer(std::string_view authorization);

}  // namespace darkroom::usecase
