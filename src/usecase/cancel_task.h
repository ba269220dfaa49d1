// CancelTask: ends a task on its owner's wish. Whether what was sent upstream is charged is the operator's rule
// (`tasks.cancel_running`); what was not sent is free. Threads: any loop.
// Fails with task_not_found, task_cancelled (it was before), conflict (it has ended, or the rule refuses), or what the
// store says. A cancel that meets the end of its task loses against it: either the task is cancelled, or this fails.
#pragma once

#include <functional>

#include "base/credits.h"
#include "base/result.h"
#include "runtime/async.h"
#include "task/task.h"
#include "usecase/read_task.h"

namespace darkroom::usecase {

struct CancelledTask {
  TaskViewRef view;
  MicroCredits charged;
};

class CancelTask {
 public:
  struct Parts {
    ReadTask& tasks;
    // Ends the task wherever it stands, and tells ReadTask. The engine's; called on the request's loop.
    std::function<void(TaskId id, Done<Result<task::Task>> done)> cancel;
  };
  explicit CancelTask(Parts parts) : parts_(std::move(parts)) {}

  Async<Result<CancelledTask>> cancel(Loop& loop, TaskId id, AccountId account);

 private:
  Parts parts_;
};

}  // namespace darkroom::usecase
