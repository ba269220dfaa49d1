// At the start: how many tasks of each account have been accepted and have not ended. Threads: the coroutine's loop.
// Fails with what the store says.
#pragma once

#include "runtime/async.h"
#include "store/store.h"
#include "usecase/caller.h"

namespace darkroom::app {

Async<Status> count_unfinished(Loop& loop, store::Store& store, usecase::AccountStates& accounts);

}  // namespace darkroom::app
