#include "engine/medians.h"

#include <gtest/gtest.h>

namespace darkroom::engine {
namespace {

TEST(Medians, KnowWhatTheyWereTold) {
  Medians medians;
  EXPECT_EQ(medians.median("moon"), std::nullopt);
  for (const double seconds : {9.0, 1.0, 5.0}) medians.add("moon", seconds);
  EXPECT_EQ(medians.median("moon"), 5.0);
  EXPECT_EQ(medians.median("sun"), std::nullopt);
}

TEST(Medians, ForgetWhatIsLongAgo) {
  Medians medians;
  for (int i = 0; i < 64; ++i) medians.add("moon", 100);
  for (int i = 0; i < 64; ++i) medians.add("moon", 3);
  EXPECT_EQ(medians.median("moon"), 3);
}

TEST(Medians, WhatAnEarlierProcessKnewOutweighsOneOddTask) {
  Medians earlier;
  earlier.add("moon", 42);
  earlier.add("sun", 7);
  Medians medians;
  for (const auto& [model, seconds] : earlier.list()) medians.remember(model, seconds);
  medians.add("moon", 900);
  EXPECT_EQ(medians.median("moon"), 42);
  EXPECT_EQ(medians.median("sun"), 7);
  for (int i = 0; i < 9; ++i) medians.add("moon", 60);
  EXPECT_EQ(medians.median("moon"), 60) << "what is measured now wins in the end";
}

}  // namespace
}  // namespace darkroom::engine
