// Pace: lets things go at a rate with a small burst (GCRA). Threads: one. Pure: the time comes from outside.
#pragma once

#include <algorithm>

#include "base/clock.h"

namespace darkroom::engine {

class Pace {
 public:
  // `interval`: between two; 0: no limit. A burst of one second's worth may go at once.
  explicit Pace(milliseconds interval = milliseconds(0))
      : interval_(interval), tolerance_(std::max(interval, milliseconds(1'000)) - interval) {}

  // When the next may go; not after `now` if it may go now.
  WallTime next_at() const { return interval_.count() == 0 ? WallTime{} : planned_ - tolerance_; }
  void take(WallTime now) { planned_ = std::max(planned_, now) + interval_; }

 private:
  milliseconds interval_;
  milliseconds tolerance_;
  WallTime planned_{};
};

}  // namespace darkroom::engine
