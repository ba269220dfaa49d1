// ReadyQueue: which task runs next. First in, first out within an account's line for the same upstreams; round robin
// between the lines for the same upstreams and between those for different ones, so that neither one account's thousand
// tasks nor an upstream that is full hold up anything else. In a line the tasks of a key that may run no more let those
// of other keys pass. Accounts that may run no more stand aside until release(): what take() costs does not grow with
// how many of them wait. Tasks that are not yet due wait aside, too. Threads: one loop. Pure: no clock, no store.
// Bounded: add() refuses beyond `capacity`.
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
  // What take() asks. Without one of the last two, every account or key may run.
  struct Rules {
    std::function<bool(const store::QueuedTask&)> has_room;  // for a task like this one, where it would go
    std::function<bool(AccountId)> account_may_run = {};     // after a no, it is asked again after release()
    std::function<bool(KeyId)> key_may_run = {};
  };
  // Takes the next due task that may run; nothing if there is none. `has_room` has said yes to tasks like it just
  // before; unless accounts or keys may not run, a task is taken for each yes.
  std::optional<store::QueuedTask> take(WallTime now, const Rules& rules);
  // The account may run again.
  void release(AccountId account);
  // Every task that is known, in no order.
  template <class See>
  void for_each(See see) const {
    for (const auto& [due, task] : later_) see(task);
    for (const auto& [upstreams, way] : ways_) {
      for (const auto& [account, line] : way.lines) {
        for (const auto& [key, tasks] : line.tasks) {
          for (const Ready& ready : tasks) see(ready.task);
        }
      }
    }
  }
  // Whether a task is due that take() may refuse only by what it asks.
  bool has_ready() const { return !ways_.empty(); }
  // When the earliest task that waits aside becomes due.
  std::optional<WallTime> next_due() const;

 private:
  // What has_room() may go by: where the tasks would go, where else they may, and whether they have begun.
  using WayName = std::tuple<std::string, std::vector<std::string>, bool>;
  struct Ready {
    std::uint64_t number;  // in the order in which tasks became ready
    store::QueuedTask task;
  };
  // The tasks of a line by their keys, and the keys by the number of their oldest task.
  struct Line {
    std::unordered_map<KeyId, std::deque<Ready>> tasks;
    std::map<std::uint64_t, KeyId> keys;
  };
  // The lines for the same upstreams. Each account that has one is in `turns`, the next to be asked first, or aside.
  struct Way {
    std::unordered_map<AccountId, Line> lines;
    std::list<AccountId> turns;
  };
  using Ways = std::map<WayName, Way>;

  void admit_due(WallTime now);
  void make_ready(store::QueuedTask task);
  std::optional<store::QueuedTask> take_from(Ways::value_type& way, const Rules& rules);
  static std::optional<store::QueuedTask> take_from(Line& line, const Rules& rules);
  static const store::QueuedTask& example_of(const Way& way);

  std::size_t capacity_;
  std::unordered_set<TaskId> known_;
  std::multimap<WallTime, store::QueuedTask> later_;
  std::uint64_t next_number_ = 0;
  Ways ways_;                                                            // with ready tasks
  std::list<Ways::value_type*> turns_;                                   // of all ways, the next to be asked first
  std::unordered_map<AccountId, std::vector<Ways::value_type*>> aside_;  // whose lines wait for release()
};

}  // namespace darkroom::engine
