// HashMemo: the SHA-256 of API keys that were seen lately, so that a poll does not hash its key again. It remembers a
// function's value and nothing else: whether a key exists, is revoked or has expired is asked of the key ring each
// time, with the remembered hash in place of a computed one, so no answer of the ring is ever older than the ring. A
// key is found by its SipHash under a secret drawn at start. That is a pseudo-random function: the memo holds no text
// of a key, and a text that was never put in is found with a chance of 2^-128 a try, no better than guessing a key.
// Threads: any; a slot is locked with the 1/64 of the table that it is in. Owns: a table of fixed size, where a newer
// key takes the place of an older one. Only hashes of keys that exist belong in it, or strangers could empty it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "account/account.h"
#include "base/guarded.h"
#include "base/random.h"
#include "base/siphash.h"

namespace darkroom::account {

class HashMemo {
 public:
  static constexpr std::size_t kDefaultSlots = 4096;
  explicit HashMemo(Random& random, std::size_t slots = kDefaultSlots);

  SipTag tag_of(std::string_view key) const { return siphash(secret_, key); }
  // The hash that was put under the tag, unless another key has taken its slot.
  std::optional<KeyHash> find(const SipTag& tag);
  void put(const SipTag& tag, const KeyHash& hash);

 private:
  struct Slot {
    SipTag tag{};
    KeyHash hash{};
    bool used = false;
  };
  static constexpr std::size_t kShards = 64;
  using Shard = std::vector<Slot>;

  Guarded<Shard>& shard_of(const SipTag& tag) { return shards_[tag[1] % kShards]; }
  static Slot& slot_of(Shard& shard, const SipTag& tag) { return shard[(tag[1] / kShards) % shard.size()]; }

  SipKey secret_{};
  std::array<Guarded<Shard>, kShards> shards_;
};

}  // namespace darkroom::account
