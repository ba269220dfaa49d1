// The runner's helpers that the dispatcher shares.
// Threads: pure functions.
#pragma once

#include "store/store.h"
#include "task/task.h"

namespace darkroom::engine {

// What the dispatcher needs to know of a task that waits.
store::QueuedTask describe_queued(const task::Task& task);

}  // namespace darkroom::engine
