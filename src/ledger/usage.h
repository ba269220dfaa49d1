// What was asked for and what came of it, counted in the transactions that write the entries, so that a report of any
// length reads sums and never the tasks themselves. Everything is booked in the hour in which its task was accepted:
// of those tasks, held - captured - refunded is what has not been settled yet.
// Threads: plain values. Amounts are micro-credits; sums over years may leave the range of MicroCredits.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace darkroom::ledger {

struct Usage {
  std::int64_t tasks = 0;
  std::int64_t completed = 0;
  std::int64_t failed = 0;
  std::int64_t cancelled = 0;
  std::int64_t outputs = 0;  // pictures, films and sounds that were asked for and delivered
  std::int64_t attempts = 0;
  std::int64_t held = 0;  // with the tasks, once; what follows settles it
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  std::int64_t cost = 0;  // the operator's, by the routes' call_cost: calls delivered, and calls whose answer was lost

  Usage& operator+=(const Usage& more);
  Usage operator-() const;
  std::int64_t unsettled() const { return held - captured - refunded; }
  friend bool operator==(const Usage&, const Usage&) = default;
};

// Hours since 1970, UTC.
std::int64_t hour_of(WallTime time);
WallTime hour_begins(std::int64_t hour);
// Days since 1970, UTC.
inline constexpr std::int64_t kHoursOfDay = 24;
std::int64_t day_of(WallTime time);

// Months since January of the year 0, UTC.
std::int64_t month_of(WallTime time);
WallTime month_begins(std::int64_t month);

}  // namespace darkroom::ledger
