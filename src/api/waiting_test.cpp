#include "api/waiting.h"

#include <gtest/gtest.h>

namespace darkroom::api {
namespace {

TEST(ParseWait, TakesWholeSecondsUpToItsBound) {
  EXPECT_EQ(parse_wait("0"), seconds(0));
  EXPECT_EQ(parse_wait("007"), seconds(7));
  EXPECT_EQ(parse_wait("60"), seconds(60));
  EXPECT_EQ(parse_wait("61"), seconds(60));
  EXPECT_EQ(parse_wait("99999999999999999999999"), seconds(60));
  for (const char* bad : {"", " 1", "1 ", "-1", "+1", "1.5", "1s", "a", "0x1"}) EXPECT_FALSE(parse_wait(bad)) << bad;
}

TEST(FindWaitPreference, ReadsPreferAsTheRfcWritesIt) {
  struct Row {
    const char* prefer;
    std::optional<seconds> wait;
  };
  for (const Row& row :
       {Row{"wait=10", seconds(10)}, Row{"Wait = 10", seconds(10)}, Row{"wait=\"10\"", seconds(10)},
        Row{"respond-async, wait=10", seconds(10)}, Row{"wait=10;foo=1, return=minimal", seconds(10)},
        Row{"wait=100", seconds(60)}, Row{"wait", seconds(0)}, Row{"wait=", seconds(0)}, Row{"wait=x", seconds(0)},
        Row{"wait=-1", seconds(0)}, Row{"await=10", {}}, Row{"respond-async", {}}, Row{"", {}}, Row{",,", {}},
        Row{"wait=1,wait=2", seconds(1)}, Row{"wait=0, wait=10", seconds(0)}, Row{"wait=x, wait=10", seconds(0)}}) {
    EXPECT_EQ(find_wait_preference(row.prefer), row.wait) << row.prefer;
  }
}

TEST(PollAgain, AimsAtTheLikelyEndAndGrowsRarerAfterIt) {
  usecase::TaskView view;
  view.created_at = from_millis(1'000'000);
  struct Row {
    std::optional<int> typical_millis;
    int age_millis;
    int pause;
  };
  for (const Row& row : {Row{{}, 0, 2}, Row{{}, 59'999, 2}, Row{{}, 60'000, 5}, Row{{}, 300'000, 15},
                         Row{12'000, 0, 12}, Row{12'000, 3'500, 9}, Row{90'000, 0, 15}, Row{12'000, 11'900, 1},
                         Row{300, 0, 1}, Row{12'000, 12'000, 1}, Row{12'000, 20'000, 4}, Row{12'000, 900'000, 15}}) {
    view.likely_end.reset();
    if (row.typical_millis) view.likely_end = view.created_at + milliseconds(*row.typical_millis);
    EXPECT_EQ(poll_again_seconds(view, view.created_at + milliseconds(row.age_millis)), row.pause)
        << row.typical_millis.value_or(0) << " " << row.age_millis;
  }
}

}  // namespace
}  // namespace darkroom::api
