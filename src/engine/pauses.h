// Pauses: coroutines that wait for a time and can all be woken before it.
// Threads: one loop. A coroutine that is destroyed while it waits must be followed by the end of the loop's timers, as
// in a simulated crash.
#pragma once

#include <coroutine>
#include <cstdint>
#include <map>
#include <utility>

#include "base/clock.h"
#include "runtime/async.h"
#include "runtime/loop.h"

namespace darkroom::engine {

class Pauses {
 public:
  explicit Pauses(Loop& loop) : loop_(loop) {}

  // Suspends for that long, or until wake_all(). After close() it does not suspend.
  Async<void> wait(milliseconds time);
  void wake_all();
  void close();

 private:
  Loop& loop_;
  std::map<std::uint64_t, std::pair<Loop::TimerId, std::coroutine_handle<>>> waiting_;
  std::uint64_t last_ = 0;
  bool is_closed_ = false;
};

}  // namespace darkroom::engine
