#include "engine/minute_count.h"

#include <algorithm>

namespace darkroom::engine {
namespace {

constexpr std::int64_t kWindowSeconds = 60;

std::int64_t second_of(WallTime time) { return std::chrono::floor<seconds>(time).time_since_epoch().count(); }

}  // namespace

void MinuteCount::add(WallTime now) {
  // A clock that was set back goes on in the newest bucket.
  const std::int64_t second = buckets_.empty() ? second_of(now) : std::max(second_of(now), buckets_.back().second);
  while (!buckets_.empty() && buckets_.front().second <= second - kWindowSeconds) buckets_.pop_front();
  if (buckets_.empty() || buckets_.back().second != second) buckets_.push_back({.second = second});
  ++buckets_.back().count;
}

std::uint64_t MinuteCount::count(WallTime now) const {
  std::uint64_t count = 0;
  for (const Bucket& bucket : buckets_) {
    if (bucket.second > second_of(now) - kWindowSeconds) count += bucket.count;
  }
  return count;
}

std::optional<WallTime> MinuteCount::first_end(WallTime now) const {
  for (const Bucket& bucket : buckets_) {
    if (bucket.second > second_of(now) - kWindowSeconds) return WallTime{seconds(bucket.second + kWindowSeconds)};
  }
  return std::nullopt;
}

}  // namespace darkroom::engine
