#include "engine/repeat_budget.h"

#include <algorithm>

namespace darkroom::engine {
namespace {

constexpr std::int64_t kWindowSeconds = 60;
constexpr std::uint64_t kFirstsARepeat = 10;

std::int64_t second_of(WallTime time) { return std::chrono::floor<seconds>(time).time_since_epoch().count(); }

}  // namespace

void RepeatBudget::count(bool is_repeat, WallTime now) {
  // A clock that was set back goes on in the newest bucket.
  const std::int64_t second = buckets_.empty() ? second_of(now) : std::max(second_of(now), buckets_.back().second);
  while (!buckets_.empty() && buckets_.front().second <= second - kWindowSeconds) buckets_.pop_front();
  if (buckets_.empty() || buckets_.back().second != second) buckets_.push_back({.second = second});
  ++(is_repeat ? buckets_.back().repeats : buckets_.back().firsts);
}

std::optional<WallTime> RepeatBudget::full_until(WallTime now) const {
  std::uint64_t firsts = 0;
  std::uint64_t repeats = 0;
  std::optional<std::int64_t> oldest;
  for (const Bucket& bucket : buckets_) {
    if (bucket.second <= second_of(now) - kWindowSeconds) continue;
    firsts += bucket.firsts;
    repeats += bucket.repeats;
    if (bucket.repeats > 0 && !oldest) oldest = bucket.second;
  }
  if (repeats < std::max<std::uint64_t>(free_, firsts / kFirstsARepeat)) return std::nullopt;
  // Without any the budget is nothing at all: asked again in a second.
  const WallTime until{seconds(oldest ? *oldest + kWindowSeconds : second_of(now) + 1)};
  return std::max(until, now + milliseconds(1));
}

}  // namespace darkroom::engine
