#include "account/hash_memo.h"

#include <algorithm>

namespace darkroom::account {

HashMemo::HashMemo(Random& random, std::size_t slots) {
  for (std::uint64_t& word : secret_) word = random.next_u64();
  for (Guarded<Shard>& shard : shards_) shard.lock()->resize(std::max<std::size_t>(slots / kShards, 1));
}

std::optional<KeyHash> HashMemo::find(const SipTag& tag) {
  auto shard = shard_of(tag).lock();
  const Slot& slot = slot_of(*shard, tag);
  // Both words whatever the first one says, so that time tells nothing about a tag.
  const std::uint64_t difference = (slot.tag[0] ^ tag[0]) | (slot.tag[1] ^ tag[1]);
  if (!slot.used || difference != 0) return std::nullopt;
  return slot.hash;
}

void HashMemo::put(const SipTag& tag, const KeyHash& hash) {
  auto shard = shard_of(tag).lock();
  slot_of(*shard, tag) = {tag, hash, true};
}

}  // namespace darkroom::account
