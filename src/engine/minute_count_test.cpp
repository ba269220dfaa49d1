#include "engine/minute_count.h"

#include <gtest/gtest.h>

namespace darkroom::engine {
namespace {

constexpr WallTime kNow{milliseconds(1'790'000'000'000)};

TEST(MinuteCount, ForgetsWhatIsAMinuteOld) {
  MinuteCount counted;
  EXPECT_EQ(counted.count(kNow), 0U);
  EXPECT_EQ(counted.first_end(kNow), std::nullopt);
  counted.add(kNow);
  counted.add(kNow + milliseconds(999));
  counted.add(kNow + seconds(30));
  EXPECT_EQ(counted.count(kNow + seconds(59)), 3U);
  EXPECT_EQ(counted.first_end(kNow + seconds(59)), kNow + seconds(60));
  EXPECT_EQ(counted.count(kNow + seconds(60)), 1U);
  EXPECT_EQ(counted.first_end(kNow + seconds(60)), kNow + seconds(90));
  counted.add(kNow + seconds(100));
  EXPECT_EQ(counted.count(kNow + seconds(100)), 1U);
}

TEST(MinuteCount, OutlivesAClockThatIsSetBack) {
  MinuteCount counted;
  counted.add(kNow);
  counted.add(kNow - seconds(86'400));
  EXPECT_EQ(counted.count(kNow), 2U);
  EXPECT_EQ(counted.count(kNow + seconds(60)), 0U);
}

}  // namespace
}  // namespace darkroom::engine
