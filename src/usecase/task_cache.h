// TaskCache: tasks as a poll shows them, already encoded. A poll of a task that was seen once is answered from here.
// Threads: any; 64 shards, each with its own lock, held for one hash-table step.
// Owns: at most `capacity` views. The ended task that was asked for longest ago leaves first; one that still runs
// leaves only when its shard holds no other. Nothing is lost: what left is read from the store again.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/ids.h"
#include "task/task.h"

namespace darkroom::usecase {

struct TaskView {
  TaskId id;
  AccountId account;
  task::State state = task::State::queued;
  WallTime created_at{};
  std::optional<WallTime> ended_at;
  std::optional<WallTime> likely_end;  // by what its model took lately; of a task that runs
  std::string body;                    // the answer to a poll
  std::string etag;                    // strong, with its quotes
};

using TaskViewRef = std::shared_ptr<const TaskView>;

class TaskCache {
 public:
  static constexpr std::size_t kDefaultCapacity = 200'000;
  explicit TaskCache(std::size_t capacity = kDefaultCapacity);

  // nullptr if it is not here.
  TaskViewRef find(TaskId id);
  // Keeps the view. One that runs never replaces one that has ended: it was read earlier and arrives late.
  void put(TaskViewRef view);
  std::size_t size();

 private:
  struct Slot {
    TaskViewRef view;
    std::list<TaskId>::iterator place;  // in one of the two lists
  };
  struct Shard {
    std::unordered_map<TaskId, Slot> slots;
    std::list<TaskId> running;  // oldest first
    std::list<TaskId> ended;    // least recently asked for first
  };
  static constexpr std::size_t kShards = 64;

  Guarded<Shard>& shard_of(TaskId id) { return shards_[id.bytes.back() % kShards]; }

  std::size_t shard_capacity_;
  std::array<Guarded<Shard>, kShards> shards_;
};

}  // namespace darkroom::usecase
