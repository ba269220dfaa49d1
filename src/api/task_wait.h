// Waits for a task's end by looking at it again and again, in memory, at pauses that grow with the wait: 20 ms at
// first, a sixteenth of the time waited, a second at most. Threads: the connection's loop. Fails as ReadTask::get does.
#pragma once

#include "api/exchange.h"
#include "usecase/task_cache.h"

namespace darkroom::api {

// The caller's task once it has ended, or as it is at `deadline`, or as soon as the server begins to go down.
Async<Result<usecase::TaskViewRef>> wait_for_end(Exchange& exchange, TaskId id, SteadyTime deadline);

}  // namespace darkroom::api
