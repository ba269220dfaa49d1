#include "engine/poll_pace.h"

#include <gtest/gtest.h>

namespace darkroom::engine {
namespace {

TEST(PollPace, AnUnknownKindIsAskedSoonAndThenMoreRarely) {
  EXPECT_EQ(next_poll(milliseconds(0), std::nullopt, 0), kShortestPoll);
  EXPECT_EQ(next_poll(milliseconds(20'000), std::nullopt, 0), milliseconds(3'000));
  EXPECT_EQ(next_poll(milliseconds(600'000), std::nullopt, 0.5), kLongestPoll);
}

TEST(PollPace, AKnownKindIsFirstAskedWhenItIsNearlyDone) {
  EXPECT_EQ(next_poll(milliseconds(0), 60, 0), milliseconds(48'000));
  EXPECT_EQ(next_poll(milliseconds(40'000), 60, 0), milliseconds(8'000));
  EXPECT_EQ(next_poll(milliseconds(48'000), 60, 0), milliseconds(7'200));
}

TEST(PollPace, AStepOfTheClockPutsNoQuestionOffForLong) {
  EXPECT_EQ(next_poll(milliseconds(0), 14'400, 0), kLongestFirst);
  EXPECT_EQ(next_poll(milliseconds(-3'600'000), 60, 0), milliseconds(48'000));
  EXPECT_EQ(next_poll(milliseconds(-3'600'000), std::nullopt, 0), kShortestPoll);
}

TEST(PollPace, JitterOnlyLengthens) {
  EXPECT_GT(next_poll(milliseconds(0), 60, 0.9), next_poll(milliseconds(0), 60, 0));
  EXPECT_GT(next_poll(milliseconds(50'000), 60, 0.9), next_poll(milliseconds(50'000), 60, 0));
  EXPECT_LE(next_poll(milliseconds(3'600'000), 60, 0.999), kLongestPoll);
}

TEST(PollPace, AnHourCostsFewQuestions) {
  milliseconds age{0};
  int questions = 0;
  for (; age < std::chrono::hours(1); ++questions) age += next_poll(age, std::nullopt, 0);
  EXPECT_LT(questions, 270);
}

}  // namespace
}  // namespace darkroom::engine
