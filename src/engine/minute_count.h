// MinuteCount: how often something has happened within the last minute, to the second.
// Threads: one. Pure: the time comes from outside. Bounded: a bucket a second.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/clock.h"

namespace darkroom::engine {

class MinuteCount {
 public:
  void add(WallTime now);
  std::uint64_t count(WallTime now) const;
  // When the oldest of them is a minute old; nothing if there are none.
  std::optional<WallTime> first_end(WallTime now) const;

 private:
  struct Bucket {
    std::int64_t second = 0;
    std::uint64_t count = 0;
  };
  std::deque<Bucket> buckets_;  // oldest first
};

}  // namespace darkroom::engine
