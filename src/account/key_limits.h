// What one key may do, beside what its account may: each limit is there or not.
// Threads: plain values and free functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/credits.h"
#include "base/result.h"

namespace darkroom::account {

inline constexpr std::int64_t kMostRequestsPerMinute = 1'000'000;
inline constexpr std::int64_t kMostConcurrentTasks = 1'000'000;
inline constexpr std::size_t kMostNetworks = 64;

struct KeyLimits {
  std::optional<std::int64_t> requests_per_minute;  // of every kind, 1 or more
  std::optional<std::int64_t> concurrent_tasks;     // running at once, 1 or more; others are accepted and wait
  std::optional<MicroCredits> monthly_credits;      // held or captured for tasks accepted in one month, UTC; > 0
  std::vector<std::string> allow_from;              // networks that its requests may come from; empty: anywhere
  friend bool operator==(const KeyLimits&, const KeyLimits&) = default;
};

// What an operator changes: a member that is absent stays as it was, one that holds nothing lifts the limit.
struct LimitsChange {
  std::optional<std::optional<std::int64_t>> requests_per_minute;
  std::optional<std::optional<std::int64_t>> concurrent_tasks;
  std::optional<std::optional<MicroCredits>> monthly_credits;
  std::optional<std::vector<std::string>> allow_from;
};
KeyLimits changed(KeyLimits limits, const LimitsChange& change);

// Storage form: a JSON object without what has no limit. A text that we did not write gives Code::store_failed.
std::string print_limits(const KeyLimits& limits);
Result<KeyLimits> parse_limits(std::string_view text);

// May a task of that price be accepted at `now`, when `spent` has been held or captured in its month? Fails with
// key_limit_reached, in words for the caller: the limit, and when the month turns.
Status check_month(MicroCredits limit, MicroCredits spent, MicroCredits price, WallTime now);

}  // namespace darkroom::account
