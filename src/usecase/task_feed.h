// TaskFeed: who waits for a task's next step. Every committed step is published here; the feed wakes the waiters on
// their own loops. A wake-up only says "look again": what happened is in the task cache and the store, so polls, waits
// and streams can never disagree. Threads: any; 64 shards, each with its own lock; a ticket belongs to its loop.
// Owns: nothing of the tasks. Bounded: at most `most_waiters` tickets; whoever gets none does not wait.
#pragma once

#include <array>
#include <atomic>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/guarded.h"
#include "base/ids.h"
#include "runtime/loop.h"

namespace darkroom::usecase {

class TaskFeed {
  struct Waiter;

 public:
  static constexpr std::size_t kDefaultMostWaiters = 15'000;
  // What wakes a waiter.
  enum class Until : std::uint8_t { step, end };

  // A place among the waiters, from enter() to its destruction. No step that is committed in between goes unnoticed.
  class Ticket {
   public:
    Ticket(TaskFeed& feed, std::shared_ptr<Waiter> waiter) : feed_(&feed), waiter_(std::move(waiter)) {}
    Ticket(Ticket&& other) noexcept = default;
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket();

    // Suspends until something was published since the last time (true), `deadline` has passed, or the feed is closed.
    // May also wake without a reason.
    class Wait {
     public:
      bool await_ready() const noexcept;
      void await_suspend(std::coroutine_handle<> handle);
      bool await_resume() noexcept;

     private:
      friend class Ticket;
      Wait(TaskFeed& feed, Waiter& waiter, SteadyTime deadline) : feed_(feed), waiter_(waiter), deadline_(deadline) {}
      TaskFeed& feed_;
      Waiter& waiter_;
      SteadyTime deadline_;
    };
    Wait next(SteadyTime deadline) { return Wait(*feed_, *waiter_, deadline); }
    // Ends that wait soon, without a step. On its loop.
    void wake() { TaskFeed::wake(waiter_); }

   private:
    TaskFeed* feed_;
    std::shared_ptr<Waiter> waiter_;  // null once moved from
  };

  explicit TaskFeed(std::size_t most_waiters = kDefaultMostWaiters) : most_waiters_(most_waiters) {}

  // Nothing when there is no place, or the feed is closed. Look at the task after it, not before: what was published
  // earlier wakes nobody.
  std::optional<Ticket> enter(Loop& loop, TaskId task, Until until);
  // A step of the task is committed, and the cache knows it.
  void publish(TaskId task, bool is_end);
  // Wakes everybody and lets nobody wait any more: the server goes down.
  void close();
  bool is_closed() const { return closed_.load(std::memory_order_acquire); }
  std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kShards = 64;
  using Waiters = std::set<std::pair<TaskId, std::shared_ptr<Waiter>>>;

  Guarded<Waiters>& shard_of(TaskId id) { return shards_[id.bytes.back() % kShards]; }
  static void wake(const std::shared_ptr<Waiter>& waiter);
  void leave(const std::shared_ptr<Waiter>& waiter);

  std::size_t most_waiters_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<bool> closed_{false};
  std::array<Guarded<Waiters>, kShards> shards_;
};

}  // namespace darkroom::usecase
