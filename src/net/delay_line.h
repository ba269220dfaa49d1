// DelayLine: runs callbacks at their time on one thread of its own. Bounded by what its users have in flight.
// Threads: run_at() from any thread; callbacks run on the line's thread, or on the caller's once it has stopped.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "base/clock.h"

namespace darkroom::net {

class DelayLine {
 public:
  DelayLine();
  // Runs what still waits, at once.
  ~DelayLine();
  void run_at(SteadyTime when, std::move_only_function<void()> event);
  void stop();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<SteadyTime, std::move_only_function<void()>> events_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace darkroom::net
