// The store in memory: for tests, the simulation and demos that need no file. It has the semantics of the port and
// loses everything with the process.
// Threads: verbs run one after another on the executor, by default a thread of its own; the simulation passes the
// post() of its seeded loop. The data is separate from the store, so that a simulated restart opens a new store on the
// same data.
#pragma once

#include <functional>
#include <memory>

#include "store/store.h"

namespace darkroom::store {

// Opaque rows. Touched only by the stores on it; at most one store that is not closed may use it.
struct MemoryData;
std::shared_ptr<MemoryData> make_memory_data();

// Runs work items later, one after another, in the order in which they came.
using Executor = std::function<void(std::move_only_function<void()>)>;

// With a thread of its own.
std::unique_ptr<Store> make_memory_store();
std::unique_ptr<Store> make_memory_store(std::shared_ptr<MemoryData> data);
// On the caller's executor. close() waits for nothing: what was queued is the executor's to run, and is safe to run or
// to forget after the store is gone.
std::unique_ptr<Store> make_memory_store(std::shared_ptr<MemoryData> data, Executor executor);

}  // namespace darkroom::store
