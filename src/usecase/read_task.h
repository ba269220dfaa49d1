// ReadTask: what a poll shows of a task, from memory when the task was seen before, else from the store, now or when
// the task has ended. Threads: any. Kept true by SubmitTask (a new task) and by task_committed() (every later step).
// Fails with task_not_found for an unknown id and for another account's task alike, after the same work.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/departures.h"
#include "runtime/async.h"
#include "store/store.h"
#include "task/task.h"
#include "usecase/caller.h"
#include "usecase/list_tasks.h"
#include "usecase/task_cache.h"
#include "usecase/task_feed.h"
#include "usecase/task_streams.h"
#include "webhook/event.h"

namespace darkroom::usecase {

// The answer to a poll: {"id","model","status","created_at","output","error"} and nothing else. Links are
// <public_url>/media/<blob>.
std::string print_task(const task::Task& task, std::string_view public_url);

// What a customer may know of why it failed, with a code that is public.
Error public_failure(const task::Task& task);

class ReadTask {
 public:
  struct Parts {
    store::Store& store;
    TaskCache& cache;
    TaskFeed& feed;
    AccountStates& accounts;
    std::string public_url;  // without a slash at its end
    // The measured median of a model in seconds; nothing until there is one. May be empty.
    std::function<std::optional<double>(std::string_view model)> typical_seconds = {};
    TaskStreams* streams = nullptr;         // who follows every task of an account; null: nobody
    net::Departures* departures = nullptr;  // of those who wait for a task's end; null: they wait to the last
  };
  explicit ReadTask(Parts parts) : parts_(std::move(parts)) {}

  // The account's task if it is in memory; nullptr says nothing about whether it exists. Never suspends.
  TaskViewRef find_cached(TaskId id, AccountId account);
  Async<Result<TaskViewRef>> get(Loop& loop, TaskId id, AccountId account);
  // The same once the task has ended, or as it is at `deadline`; as it is now when too many wait already, and when the
  // server goes down or the client of the request hangs up meanwhile.
  Async<Result<TaskViewRef>> get_ended(Loop& loop, TaskId id, AccountId account, SteadyTime deadline,
                                       std::string_view request_id);
  // Nobody is left to hear the answer to a request that is being handled.
  bool has_left(std::string_view request_id) const {
    return parts_.departures != nullptr && parts_.departures->has_left(request_id);
  }
  // Whoever owns it.
  Async<Result<TaskViewRef>> get_of_anyone(Loop& loop, TaskId id);
  Async<Result<TaskPage>> list(Loop& loop, TaskQuery query) { return list_tasks(loop, parts_.store, std::move(query)); }
  // The answer to a poll, as the task stands there.
  std::string print(const task::Task& task) const { return print_task(task, parts_.public_url); }
  // The event log of the account's task.
  Async<Result<std::vector<task::Event>>> get_events(Loop& loop, TaskId id, AccountId account);

  // What webhooks are told of a task that ends: the answer to a poll as it is at that moment.
  webhook::Message make_message(const task::Task& task) const;
  // A ticket for every step of a task; nothing when too many wait already, or the server goes down.
  std::optional<TaskFeed::Ticket> watch(Loop& loop, TaskId id) {
    return parts_.feed.enter(loop, id, TaskFeed::Until::step);
  }
  bool is_going_down() const { return parts_.feed.is_closed(); }

  // A new task has been committed.
  void task_accepted(const task::Task& task);
  // A later step has been committed. Call after each commit, from any thread; for its end exactly once.
  void task_committed(const task::Task& task);

 private:
  TaskViewRef keep(const task::Task& task);
  std::optional<WallTime> likely_end(const task::Task& task) const;
  Async<Result<TaskViewRef>> read(Loop& loop, TaskId id);

  Parts parts_;
};

}  // namespace darkroom::usecase
