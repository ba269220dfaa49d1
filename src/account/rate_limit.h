// GCRA: a rate limit that is one stored time. Exact bursts, no windows, no background work.
// Threads: decide() is pure; RateLimiter is one atomic and safe from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace darkroom::account {

struct Rate {
  std::int64_t micros_per_event = 0;  // 60 a minute: 1,000,000; 0: no limit
  std::int64_t burst = 1;             // events that may come at once

  static Rate per_minute(std::int64_t events, std::int64_t burst);
  static Rate per_second(std::int64_t events, std::int64_t burst);
};

struct Decision {
  bool allowed = false;
  std::int64_t next_arrival_micros = 0;  // the new stored time, if allowed
  std::int64_t remaining = 0;            // events that would be allowed right now
  std::int64_t retry_after_micros = 0;   // 0 if allowed
  std::int64_t reset_after_micros = 0;   // until the full burst is back
};

// `arrival_micros`: the stored theoretical arrival time, 0 at first.
Decision decide(const Rate& rate, std::int64_t arrival_micros, std::int64_t now_micros);

class RateLimiter {
 public:
  Decision take(const Rate& rate, SteadyTime now);
  // What take() would say.
  Decision peek(const Rate& rate, SteadyTime now) const;
  // As if an event that was allowed had not happened.
  void give_back(const Rate& rate) { arrival_micros_.fetch_sub(rate.micros_per_event, std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> arrival_micros_{0};
};

}  // namespace darkroom::account
