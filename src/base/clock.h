// Time through a seam. Wall time (milliseconds since 1970) is what is stored and shown; steady time measures waits.
// Threads: implementations are safe from any thread. Simulations pass their own Clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace darkroom {

using std::chrono::milliseconds;
using std::chrono::seconds;
using WallTime = std::chrono::sys_time<milliseconds>;
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::microseconds>;

inline std::int64_t to_millis(WallTime time) { return time.time_since_epoch().count(); }
inline WallTime from_millis(std::int64_t millis) { return WallTime(milliseconds(millis)); }
// Whole seconds since 1970, as the contract's `created_at`.
inline std::int64_t to_unix_seconds(WallTime time) {
  return std::chrono::floor<seconds>(time).time_since_epoch().count();
}

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall_now() const = 0;
  virtual SteadyTime steady_now() const = 0;
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  WallTime wall_now() const override;
  SteadyTime steady_now() const override;
};

}  // namespace darkroom
