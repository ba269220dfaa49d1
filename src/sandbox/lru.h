// Lru: a bounded map that forgets what was unused for longest. Each entry has a weight; their sum stays within the
// limit. Threads: one at a time (wrap it in Guarded).
#pragma once

#include <cstdint>
#include <list>
#include <unordered_map>
#include <utility>

namespace darkroom::sandbox {

template <class Value>
class Lru {
 public:
  explicit Lru(std::uint64_t weight_limit) : limit_(weight_limit) {}

  // Valid until the next put(); nullptr if absent or forgotten.
  Value* find(std::uint64_t key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }
  // Replaces an entry of the same key. What weighs more than the limit is not kept.
  void put(std::uint64_t key, Value value, std::uint64_t weight = 1) {
    if (const auto found = index_.find(key); found != index_.end()) forget(found->second);
    if (weight > limit_) return;
    while (weight_ + weight > limit_) forget(std::prev(entries_.end()));
    entries_.push_front({key, weight, std::move(value)});
    index_.emplace(key, entries_.begin());
    weight_ += weight;
  }
  std::size_t size() const { return entries_.size(); }
  // The lately used first.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Entry& entry : entries_) visit(entry.key, entry.value);
  }

 private:
  struct Entry {
    std::uint64_t key;
    std::uint64_t weight;
    Value value;
  };
  void forget(typename std::list<Entry>::iterator entry) {
    weight_ -= entry->weight;
    index_.erase(entry->key);
    entries_.erase(entry);
  }

  std::uint64_t limit_;
  std::uint64_t weight_ = 0;
  std::list<Entry> entries_;  // most recently used first
  std::unordered_map<std::uint64_t, typename std::list<Entry>::iterator> index_;
};

}  // namespace darkroom::sandbox
