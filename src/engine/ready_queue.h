// ReadyQueue: which task runs next. First in, first out within an account's line at an upstream, round robin between
// the lines, so that neither one account's thousand tasks nor an upstream that is full hold up anything else. Tasks
// that are not yet due wait aside until they are. Threads: one loop. Pure: no clock, no store. Bounded: add() refuses
// beyond `capacity`.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

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
  // Takes the next due task of a line for which `may_run` says yes of its oldest; nothing if there is none.
  std::optional<store::QueuedTask> take(WallTime now, const std::function<bool(const store::QueuedTask&)>& may_run);
  // Whether a task is due that take() may refuse only by its `may_run`.
  bool has_ready() const { return !turns_.empty(); }
  // When the earliest task that waits aside becomes due.
  std::optional<WallTime> next_due() const;

 private:
  using Line = std::pair<AccountId, std::string>;  // and an upstream
  void admit_due(WallTime now);
  void make_ready(store::QueuedTask task);

  std::size_t capacity_;
  std::unordered_set<TaskId> known_;
  std::multimap<WallTime, store::QueuedTask> later_;
  std::map<Line, std::deque<store::QueuedTask>> ready_;
  std::list<Line> turns_;  // lines with ready tasks, the next to be asked first
};

}  // namespace darkroom::engine
