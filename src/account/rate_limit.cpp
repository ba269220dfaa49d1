#include "account/rate_limit.h"

#include <algorithm>

#include "base/check.h"

namespace darkroom::account {
namespace {

// Keeps burst x micros_per_event far from overflow.
constexpr std::int64_t kMaxBurst = 1'000'000'000;

// Rounded up, so that the true rate is never above the asked one. The clock ticks in microseconds: one event a
// microsecond is the fastest limit there is.
Rate make_rate(std::int64_t period_micros, std::int64_t events, std::int64_t burst) {
  if (events <= 0) return Rate{};
  return Rate{(period_micros - 1) / events + 1, std::clamp<std::int64_t>(burst, 1, kMaxBurst)};
}

}  // namespace

Rate Rate::per_minute(std::int64_t events, std::int64_t burst) { return make_rate(60'000'000, events, burst); }
Rate Rate::per_second(std::int64_t events, std::int64_t burst) { return make_rate(1'000'000, events, burst); }

Decision decide(const Rate& rate, std::int64_t arrival_micros, std::int64_t now_micros) {
  DR_CHECK(rate.micros_per_event >= 0 && rate.burst >= 1);
  if (rate.micros_per_event == 0) return Decision{true, arrival_micros, rate.burst, 0, 0};

  // How far the stored time runs ahead of the clock is what has been taken and not yet earned back.
  const std::int64_t owed = std::max<std::int64_t>(arrival_micros - now_micros, 0);
  const std::int64_t most = (rate.burst - 1) * rate.micros_per_event;
  if (owed > most) return Decision{false, arrival_micros, 0, owed - most, owed};

  const std::int64_t owed_now = owed + rate.micros_per_event;
  return Decision{true, now_micros + owed_now, (most - owed) / rate.micros_per_event, 0, owed_now};
}

Decision RateLimiter::peek(const Rate& rate, SteadyTime now) const {
  return decide(rate, arrival_micros_.load(std::memory_order_relaxed), now.time_since_epoch().count());
}

Decision RateLimiter::take(const Rate& rate, SteadyTime now) {
  const std::int64_t now_micros = now.time_since_epoch().count();
  std::int64_t arrival = arrival_micros_.load(std::memory_order_relaxed);
  while (true) {
    const Decision decision = decide(rate, arrival, now_micros);
    if (!decision.allowed || decision.next_arrival_micros == arrival) return decision;
    // Relaxed suffices: the limiter guards nothing but its own number.
    if (arrival_micros_.compare_exchange_weak(arrival, decision.next_arrival_micros, std::memory_order_relaxed)) {
      return decision;
    }
  }
}

}  // namespace darkroom::account
