#include "account/rate_limit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "base/random.h"

namespace darkroom::account {
namespace {

SteadyTime at_micros(std::int64_t micros) { return SteadyTime(std::chrono::microseconds(micros)); }

// The plain reading of the same rule: a bucket of `burst` tokens, each of which takes micros_per_event to grow back.
class TokenBucket {
 public:
  explicit TokenBucket(const Rate& rate) : rate_(rate), level_(rate.burst * rate.micros_per_event) {}

  bool take(std::int64_t now_micros) {
    level_ = std::min(rate_.burst * rate_.micros_per_event, level_ + (now_micros - last_));
    last_ = now_micros;
    if (level_ < rate_.micros_per_event) return false;
    level_ -= rate_.micros_per_event;
    return true;
  }
  std::int64_t tokens() const { return level_ / rate_.micros_per_event; }
  std::int64_t micros_until_next() const { return std::max<std::int64_t>(0, rate_.micros_per_event - level_); }
  std::int64_t micros_until_full() const { return rate_.burst * rate_.micros_per_event - level_; }

 private:
  Rate rate_;
  std::int64_t level_;  // micro-seconds' worth of tokens
  std::int64_t last_ = 0;
};

TEST(Gcra, AgreesWithATokenBucketOnRandomTraffic) {
  SeededRandom random(11);
  for (int trace = 0; trace < 300; ++trace) {
    const Rate rate{1 + static_cast<std::int64_t>(random.below(1000)), 1 + static_cast<std::int64_t>(random.below(12))};
    TokenBucket bucket(rate);
    std::int64_t arrival = 0;
    std::int64_t now = 0;
    for (int event = 0; event < 200; ++event) {
      now += static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * rate.micros_per_event + 1)));
      const Decision decision = decide(rate, arrival, now);
      ASSERT_EQ(decision.allowed, bucket.take(now)) << "trace " << trace << " event " << event;
      ASSERT_EQ(decision.remaining, bucket.tokens()) << "trace " << trace << " event " << event;
      ASSERT_EQ(decision.reset_after_micros, bucket.micros_until_full());
      ASSERT_EQ(decision.retry_after_micros, decision.allowed ? 0 : bucket.micros_until_next());
      if (decision.allowed) arrival = decision.next_arrival_micros;
    }
  }
}

TEST(Gcra, NoWindowEverHoldsMoreThanItsShare) {
  SeededRandom random(12);
  const Rate rate{700, 5};
  std::int64_t arrival = 0;
  std::int64_t now = 0;
  std::vector<std::int64_t> taken;
  for (int event = 0; event < 2000; ++event) {
    now += static_cast<std::int64_t>(random.below(900));
    const Decision decision = decide(rate, arrival, now);
    if (!decision.allowed) continue;
    arrival = decision.next_arrival_micros;
    taken.push_back(now);
  }
  for (std::size_t first = 0; first < taken.size(); ++first) {
    for (std::size_t last = first; last < std::min(taken.size(), first + 40); ++last) {
      const auto events = static_cast<std::int64_t>(last - first + 1);
      ASSERT_LE(events, rate.burst + (taken[last] - taken[first]) / rate.micros_per_event);
    }
  }
}

TEST(Gcra, RetryAfterIsTheFirstMomentThatWorks) {
  const Rate rate = Rate::per_minute(60, 2);
  std::int64_t arrival = decide(rate, 0, 5'000'000).next_arrival_micros;
  arrival = decide(rate, arrival, 5'000'000).next_arrival_micros;
  const Decision refused = decide(rate, arrival, 5'000'000);
  ASSERT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after_micros, 1'000'000);
  EXPECT_FALSE(decide(rate, arrival, 5'000'000 + refused.retry_after_micros - 1).allowed);
  EXPECT_TRUE(decide(rate, arrival, 5'000'000 + refused.retry_after_micros).allowed);
}

TEST(Gcra, ZeroIsNoLimit) {
  const Decision decision = decide(Rate{}, 0, 1);
  EXPECT_TRUE(decision.allowed);
  EXPECT_EQ(decision.next_arrival_micros, 0);
  EXPECT_EQ(Rate::per_minute(0, 10).micros_per_event, 0);
}

TEST(Rate, RoundsTowardsTheStricterSide) {
  EXPECT_EQ(Rate::per_minute(60, 1).micros_per_event, 1'000'000);
  EXPECT_EQ(Rate::per_minute(7, 1).micros_per_event, 8'571'429);
  EXPECT_EQ(Rate::per_second(50, 1).micros_per_event, 20'000);
  EXPECT_EQ(Rate::per_second(5'000'000, 1).micros_per_event, 1);
  EXPECT_EQ(Rate::per_second(5, 0).burst, 1);
}

TEST(RateLimiter, ThreadsTogetherGetExactlyTheBurst) {
  const Rate rate = Rate::per_minute(1, 1000);
  RateLimiter limiter;
  std::atomic<int> allowed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int event = 0; event < 500; ++event) {
        if (limiter.take(rate, at_micros(1'000'000)).allowed) ++allowed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(allowed.load(), 1000);
}

TEST(RateLimiter, FillsUpAgain) {
  const Rate rate = Rate::per_second(1, 1);
  RateLimiter limiter;
  EXPECT_TRUE(limiter.take(rate, at_micros(10)).allowed);
  EXPECT_FALSE(limiter.take(rate, at_micros(1'000'009)).allowed);
  EXPECT_TRUE(limiter.take(rate, at_micros(1'000'010)).allowed);
}

TEST(RateLimiter, PeeksWithoutTakingAndGivesBack) {
  RateLimiter limiter;
  const Rate rate = Rate::per_minute(2, 2);
  const SteadyTime now(seconds(100));
  EXPECT_EQ(limiter.peek(rate, now).remaining, 1);
  EXPECT_EQ(limiter.take(rate, now).remaining, 1);
  EXPECT_EQ(limiter.take(rate, now).remaining, 0);
  EXPECT_EQ(limiter.peek(rate, now).retry_after_micros, 30'000'000);
  limiter.give_back(rate);
  EXPECT_TRUE(limiter.peek(rate, now).allowed);
  EXPECT_TRUE(limiter.take(rate, now).allowed);
  EXPECT_FALSE(limiter.take(rate, now).allowed);
}

}  // namespace
}  // namespace darkroom::account
