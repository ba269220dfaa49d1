#include "engine/repeat_budget.h"

#include <gtest/gtest.h>

namespace darkroom::engine {
namespace {

constexpr WallTime kNow{milliseconds(1'790'000'000'000)};

void count(RepeatBudget& budget, int calls, bool is_repeat, WallTime now) {
  for (int i = 0; i < calls; ++i) budget.count(is_repeat, now);
}

TEST(RepeatBudget, GrantsSomeWhateverIsSent) {
  RepeatBudget budget(3);
  count(budget, 2, true, kNow);
  EXPECT_EQ(budget.full_until(kNow), std::nullopt);
  budget.count(true, kNow);
  EXPECT_EQ(budget.full_until(kNow), kNow + seconds(60));
  EXPECT_EQ(budget.full_until(kNow + seconds(59)), kNow + seconds(60));
  EXPECT_EQ(budget.full_until(kNow + seconds(60)), std::nullopt);
}

TEST(RepeatBudget, IsATenthOfWhatWasSentFirst) {
  RepeatBudget budget(3);
  count(budget, 100, false, kNow);
  count(budget, 9, true, kNow + seconds(1));
  EXPECT_EQ(budget.full_until(kNow + seconds(1)), std::nullopt);
  budget.count(true, kNow + seconds(2));
  EXPECT_EQ(budget.full_until(kNow + seconds(2)), kNow + seconds(61)) << "when the oldest repeat is a minute old";
  count(budget, 10, false, kNow + seconds(2));
  EXPECT_EQ(budget.full_until(kNow + seconds(2)), std::nullopt) << "more work, more repeats";
  EXPECT_EQ(budget.full_until(kNow + seconds(60)), kNow + seconds(61)) << "the hundred are a minute old";
}

TEST(RepeatBudget, NoneAtAllMayBeWanted) {
  RepeatBudget budget(0);
  EXPECT_EQ(budget.full_until(kNow), kNow + seconds(1));
  count(budget, 10, false, kNow);
  EXPECT_EQ(budget.full_until(kNow), std::nullopt);
}

TEST(RepeatBudget, OutlivesAClockThatIsSetBack) {
  RepeatBudget budget(1);
  budget.count(true, kNow);
  budget.count(true, kNow - seconds(86'400));
  EXPECT_TRUE(budget.full_until(kNow - seconds(86'400)));
  EXPECT_EQ(budget.full_until(kNow + seconds(60)), std::nullopt);
  budget.count(false, kNow + seconds(61));
  EXPECT_EQ(budget.full_until(kNow + seconds(61)), std::nullopt);
}

}  // namespace
}  // namespace darkroom::engine
