#include "ledger/usage.h"

#include <gtest/gtest.h>

#include "base/time_text.h"

namespace darkroom::ledger {
namespace {

TEST(Usage, MonthsTurnAtMidnightUtc) {
  struct Row {
    std::int64_t millis;
    const char* begins;
    const char* next;
  };
  for (const Row& row : {
           Row{0, "1970-01-01T00:00:00.000Z", "1970-02-01T00:00:00.000Z"},
           Row{1'709'251'199'999, "2024-02-01T00:00:00.000Z", "2024-03-01T00:00:00.000Z"},  // the 29th of February
           Row{1'709'251'200'000, "2024-03-01T00:00:00.000Z", "2024-04-01T00:00:00.000Z"},
           Row{1'798'761'599'999, "2026-12-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"},
           Row{-1, "1969-12-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z"},
       }) {
    const std::int64_t month = month_of(from_millis(row.millis));
    EXPECT_EQ(print_rfc3339(month_begins(month)), row.begins);
    EXPECT_EQ(print_rfc3339(month_begins(month + 1)), row.next);
    EXPECT_EQ(month_of(month_begins(month)), month);
  }
}

TEST(Usage, HoursHoldTheirFirstMillisecondAndNotTheNextOnes) {
  EXPECT_EQ(hour_of(from_millis(3'599'999)), 0);
  EXPECT_EQ(hour_of(from_millis(3'600'000)), 1);
  EXPECT_EQ(hour_of(from_millis(-1)), -1);
  EXPECT_EQ(day_of(hour_begins(23)), 0);
  EXPECT_EQ(day_of(hour_begins(24)), 1);
  EXPECT_EQ(hour_begins(2), from_millis(7'200'000));
}

TEST(Usage, AddsUp) {
  Usage sum{1, 0, 0, 0, 0, 0, 40, 0, 0, 0};
  sum += Usage{0, 1, 0, 0, 2, 3, 0, 30, 10, 7};
  EXPECT_EQ(sum, (Usage{1, 1, 0, 0, 2, 3, 40, 30, 10, 7}));
  EXPECT_EQ(sum.unsettled(), 0);
  Usage nothing = sum;
  nothing += -sum;
  EXPECT_EQ(nothing, Usage{});
}

}  // namespace
}  // namespace darkroom::ledger
