// AsyncScope: the owner of spawned coroutines. Whoever spawns names the scope; join() returns when the last has ended.
// Threads: one loop. Fails: an exception that leaves a spawned coroutine ends the process (it is a broken invariant).
#pragma once

#include <coroutine>
#include <unordered_set>
#include <vector>

#include "runtime/async.h"

namespace darkroom {

class AsyncScope {
 public:
  AsyncScope() = default;
  AsyncScope(const AsyncScope&) = delete;
  AsyncScope& operator=(const AsyncScope&) = delete;
  // DR_CHECKs that nothing runs any more.
  ~AsyncScope();

  // Starts at once, on the calling event, up to its first suspension.
  void spawn(Async<void> work);
  std::size_t size() const { return running_.size(); }
  // Suspends until size() is 0.
  Async<void> join();
  // Destroys every suspended coroutine where it stands: a simulated crash. Nothing may resume them later.
  void abandon();

 private:
  struct Root;
  static Root run(AsyncScope* scope, Async<void> work);
  void ended();

  std::unordered_set<void*> running_;  // addresses of root frames
  std::vector<std::coroutine_handle<>> joiners_;
};

}  // namespace darkroom
