// References of tasks that never came to be, or that have ended without them: the process died between keeping an
// upload and making its task, or between the end of a task and forgetting what it no longer needs. Threads: the loop.
// Fails softly: what the store cannot tell now is looked at again at the next start.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "runtime/async.h"
#include "store/store.h"

namespace darkroom::app {

// `folders` are the hex digits of tasks' ids, of before the first request of this process.
Async<void> forget_lost_references(Loop& loop, store::Store& store, std::vector<std::string> folders,
                                   std::function<void(TaskId)> forget);

}  // namespace darkroom::app
