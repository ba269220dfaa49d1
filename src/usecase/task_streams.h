// TaskStreams: who follows the tasks of an account, or of all, as they change. Each committed step is handed to every
// follower that wants it; one that reads slowly finds the last state of each task and not those between.
// Threads: any; a Follower is read on its loop. Owns: the states that nobody has read yet, kMostPending of each
// follower: beyond that it is told that it has missed some, and should look at the whole again. Bounded:
// kMostFollowers, and kMostOfOne of one person; whoever finds no place does not follow.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "task/task.h"
#include "usecase/task_feed.h"

namespace darkroom::usecase {

class TaskStreams {
 public:
  static constexpr std::size_t kMostPending = 1'000;
  static constexpr std::size_t kMostFollowers = 256;
  static constexpr std::size_t kMostOfOne = 12;
  using TaskRef = std::shared_ptr<const task::Task>;

  // Whose tasks.
  enum class Scope : std::uint8_t { none, account, all };
  struct Interest {
    std::string person;  // who follows
    Scope scope = Scope::none;
    AccountId account = {};
  };
  struct News {
    std::vector<TaskRef> tasks;  // each once, as it is now, oldest first
    bool has_missed = false;     // there were more
  };

  class Follower {
   public:
    Follower(TaskStreams& streams, Interest interest, TaskId name, TaskFeed::Ticket ticket)
        : streams_(streams), interest_(std::move(interest)), name_(name), ticket_(std::move(ticket)) {}
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;
    ~Follower() { streams_.leave(*this); }

    // Suspends until there is news, `deadline` has passed, or the server goes down. May also wake without a reason.
    TaskFeed::Ticket::Wait wait(SteadyTime deadline) { return ticket_.next(deadline); }
    void wake() { ticket_.wake(); }
    News take();

   private:
    friend class TaskStreams;
    struct Pending {
      std::map<TaskId, TaskRef> tasks;
      bool has_missed = false;
    };
    bool wants(const task::Task& task) const;
    void put(const TaskRef& task);

    TaskStreams& streams_;
    Interest interest_;
    TaskId name_;  // under which the feed wakes it
    TaskFeed::Ticket ticket_;
    Guarded<Pending> pending_;
  };

  // `feed` wakes the followers, and ends them when it is closed.
  explicit TaskStreams(TaskFeed& feed) : feed_(feed) {}

  // nullptr when there is no place, or the server goes down.
  std::unique_ptr<Follower> follow(Loop& loop, Interest interest);
  // A step of the task is committed. Costs no lock while nobody follows.
  void publish(const task::Task& task);
  bool is_closed() const { return feed_.is_closed(); }
  std::size_t followers() const { return count_.load(std::memory_order_relaxed); }

 private:
  void leave(const Follower& follower);
  TaskId make_name();

  TaskFeed& feed_;
  std::atomic<std::size_t> count_{0};
  std::atomic<std::uint64_t> names_{0};
  Guarded<std::set<Follower*>> followers_;
};

}  // namespace darkroom::usecase
