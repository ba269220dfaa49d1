// ReadyQueue: which task runs next. First in, first out within an account's line for the same upstreams, round robin
// between the lines, so that neither one account's thousand tasks nor an upstream that is full hold up anything else;
// in a line the tasks of a key that may run no more let those of other keys pass. Tasks that are not yet due wait
// aside. Threads: one loop. Pure: no clock, no store. Bounded: add() refuses beyond `capacity`.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "store/store.h"

namespace darkroom::engine {

class ReadyQueue {
 public:
  explicit ReadyQueue(std::size_t capacity) : capacity_(capacity) {}

  // False if the task is known already or there is no room.
  bool add(store::QueuedTask task);
  bool is_known(TaskId id) const { return known_.contains(id); }
  bool is_full() const { return known_.size() >= capacity_; }
  std::size_t size() const { return known_.size(); }
  // May the line run a task, of which this is one? And may the key? Without the second, every key may.
  using LineMayRun = std::function<bool(const store::QueuedTask&)>;
  using KeyMayRun = std::function<bool(KeyId)>;
  // Takes the next due task of a line and key that may run; nothing if there is none.
  std::optional<store::QueuedTask> take(WallTime now, const LineMayRun& line_may_run,
                                        const KeyMayRun& key_may_run = {});
  // Whether a task is due that take() may refuse only by what it asks.
  bool has_ready() const { return !turns_.empty(); }
  // When the earliest task that waits aside becomes due.
  std::optional<WallTime> next_due() const;

 private:
  // The upstreams: where the tasks would go, and where else they may.
  using LineName = std::tuple<AccountId, std::string, std::vector<std::string>>;
  struct Ready {
    std::uint64_t number;  // in the order in which tasks became ready
    store::QueuedTask task;
  };
  // The tasks of a line by their keys, and the keys by the number of their oldest task.
  struct Line {
    std::unordered_map<KeyId, std::deque<Ready>> tasks;
    std::map<std::uint64_t, KeyId> keys;
  };
  void admit_due(WallTime now);
  void make_ready(store::QueuedTask task);
  static std::optional<store::QueuedTask> take_from(Line& line, const KeyMayRun& key_may_run);

  std::size_t capacity_;
  std::unordered_set<TaskId> known_;
  std::multimap<WallTime, store::QueuedTask> later_;
  std::uint64_t next_number_ = 0;
  std::map<LineName, Line> ready_;
  std::list<LineName> turns_;  // lines with ready tasks, the next to be asked first
};

}  // namespace darkroom::engine
