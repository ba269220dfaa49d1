// ReadTask: what a poll shows of a task, from memory when the task was seen before, else from the store.
// Threads: any. Kept true by SubmitTask (a new task) and by task_changed() (its end, after the commit).
// Fails with task_not_found for an unknown id and for another account's task alike, after the same work.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runtime/async.h"
#include "store/store.h"
#include "task/task.h"
#include "usecase/caller.h"
#include "usecase/task_cache.h"
#include "webhook/event.h"

namespace darkroom::usecase {

// The answer to a poll: {"id","model","status","created_at","output","error"} and nothing else. Links are
// <public_url>/media/<blob>.
std::string print_task(const task::Task& task, std::string_view public_url);

class ReadTask {
 public:
  // `public_url` has no slash at its end.
  ReadTask(store::Store& store, TaskCache& cache, AccountStates& accounts, std::string public_url);

  // The account's task if it is in memory; nullptr says nothing about whether it exists. Never suspends.
  TaskViewRef find_cached(TaskId id, AccountId account);
  Async<Result<TaskViewRef>> get(Loop& loop, TaskId id, AccountId account);
  // Whoever owns it.
  Async<Result<TaskViewRef>> get_of_anyone(Loop& loop, TaskId id);
  // The event log of the account's task.
  Async<Result<std::vector<task::Event>>> get_events(Loop& loop, TaskId id, AccountId account);

  // What webhooks are told of a task that ends: the answer to a poll as it is at that moment.
  webhook::Message make_message(const task::Task& task) const;

  // A new task has been committed.
  void task_accepted(const task::Task& task);
  // A task has ended and that is committed. Call exactly once for each task, from any thread.
  void task_changed(const task::Task& task);

 private:
  TaskViewRef keep(const task::Task& task);
  Async<Result<TaskViewRef>> read(Loop& loop, TaskId id);

  store::Store& store_;
  TaskCache& cache_;
  AccountStates& accounts_;
  std::string public_url_;
};

}  // namespace darkroom::usecase
