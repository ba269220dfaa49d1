// Loop: where events run, one after another. The real one is a thread that waits with epoll; the simulation's is a
// queue whose order comes from a seed. Everything that belongs to a loop is touched on that loop only. Threads: post()
// from any thread; the rest from events of this loop.
#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.h"

namespace darkroom {

using Callback = std::move_only_function<void()>;

class Loop {
 public:
  using TimerId = std::uint64_t;

  virtual ~Loop() = default;
  // Runs `event` later, after the current one. Never inline.
  virtual void post(Callback event) = 0;
  // Runs `event` once at or after `when`.
  virtual TimerId call_at(SteadyTime when, Callback event) = 0;
  // Forgets a timer; harmless if it has run.
  virtual void cancel_timer(TimerId timer) = 0;
  virtual SteadyTime now() const = 0;
  // True on the loop's own thread.
  virtual bool is_here() const = 0;
};

}  // namespace darkroom
