// RepeatBudget: how many calls may be sent again to one upstream, so that its trouble is not multiplied by ours: in any
// minute a tenth of those that were sent there for the first time, and some whatever that number is, since every
// customer was promised his attempts. Threads: one. Pure: the time comes from outside.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/minute_count.h"

namespace darkroom::engine {

inline constexpr std::uint32_t kFreeRepeats = 1'000;  // in a minute, where a tenth would be fewer

class RepeatBudget {
 public:
  explicit RepeatBudget(std::uint32_t free = kFreeRepeats) : free_(free) {}

  void count(bool is_repeat, WallTime now) { (is_repeat ? repeats_ : firsts_).add(now); }
  // Nothing: a call may be repeated now. Else when the oldest of those that fill the budget is a minute old.
  std::optional<WallTime> full_until(WallTime now) const;

 private:
  std::uint32_t free_;
  MinuteCount firsts_;
  MinuteCount repeats_;
};

}  // namespace darkroom::engine
