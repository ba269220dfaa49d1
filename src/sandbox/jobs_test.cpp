#include "sandbox/jobs.h"

#include <gtest/gtest.h>

#include <string>

namespace darkroom::sandbox {
namespace {

class FakeClock final : public Clock {
 public:
  WallTime wall_now() const override { return WallTime(); }
  SteadyTime steady_now() const override { return now; }
  SteadyTime now{};
};

class JobsTest : public testing::Test {
 protected:
  FakeClock clock_;
  SeededRandom random_{7};
  Jobs<std::string> jobs_{clock_, random_};
};

TEST_F(JobsTest, OnlyTimeMovesAJob) {
  const std::uint64_t number = jobs_.add("a fox", milliseconds(2'000), 5);
  clock_.now += milliseconds(500);
  for (int poll = 0; poll < 3; ++poll) {
    const auto view = jobs_.find(number);
    ASSERT_TRUE(view);
    EXPECT_EQ(*view->ask, "a fox");
    EXPECT_EQ(view->left, milliseconds(1'500));
    EXPECT_DOUBLE_EQ(view->progress, 0.25);
  }
  clock_.now += milliseconds(1'500);
  EXPECT_EQ(jobs_.find(number)->left, milliseconds(0));
  EXPECT_DOUBLE_EQ(jobs_.find(number)->progress, 1);
}

TEST_F(JobsTest, ARunningJobCanBeCancelledOnce) {
  const std::uint64_t running = jobs_.add("a", milliseconds(10), 1);
  EXPECT_TRUE(jobs_.cancel(running));
  EXPECT_FALSE(jobs_.cancel(running));
  EXPECT_TRUE(jobs_.find(running)->cancelled);
  const std::uint64_t done = jobs_.add("b", milliseconds(0), 1);
  EXPECT_FALSE(jobs_.cancel(done));
  EXPECT_FALSE(jobs_.cancel(done + 1));
}

TEST_F(JobsTest, ListsTheNewestFirst) {
  EXPECT_TRUE(jobs_.list().empty());
  for (const char* ask : {"a", "b", "c"}) {
    jobs_.add(ask, milliseconds(10), 1);
    clock_.now += milliseconds(1);
  }
  jobs_.find(jobs_.list().back().first);  // being asked for makes it no newer
  std::string order;
  for (const auto& [number, job] : jobs_.list()) order += *job.ask;
  EXPECT_EQ(order, "cba");
}

TEST_F(JobsTest, ForgetsWhatIsUnusedForLongest) {
  const std::uint64_t first = jobs_.add("a", milliseconds(10), kRememberedJobBytes / 2);
  const std::uint64_t second = jobs_.add("b", milliseconds(10), kRememberedJobBytes / 2);
  EXPECT_NE(first, second);
  ASSERT_TRUE(jobs_.find(first));
  jobs_.add("c", milliseconds(10), 1);
  EXPECT_TRUE(jobs_.find(first));
  EXPECT_FALSE(jobs_.find(second));
}

}  // namespace
}  // namespace darkroom::sandbox
