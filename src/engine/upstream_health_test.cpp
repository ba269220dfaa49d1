#include "engine/upstream_health.h"

#include <gtest/gtest.h>

#include "engine/limiter.h"

namespace darkroom::engine {
namespace {

constexpr WallTime kNow{milliseconds(1'790'000'000'000)};

UpstreamStatus look(const UpstreamHealth& health, WallTime now, const char* name = "a") {
  UpstreamStatus status;
  status.name = name;
  health.describe(status, now);
  return status;
}

TEST(UpstreamHealth, CountsTheCallsOfTheLastMinutes) {
  UpstreamHealth health(nullptr);
  for (int i = 1; i <= 20; ++i) health.delivered("a", milliseconds(i * 100), kNow + milliseconds(i));
  for (int i = 0; i < 5; ++i) health.failed("a", "provider_submit_failed", kNow + milliseconds(500));
  health.troubled("a", "poll_unanswered", kNow + milliseconds(600));
  health.answered("a", kNow + milliseconds(700));
  const UpstreamStatus seen = look(health, kNow + milliseconds(1000));
  EXPECT_EQ(seen.calls, 25U);
  EXPECT_EQ(seen.calls_delivered, 20U);
  EXPECT_EQ(seen.p50_seconds, 1.0);
  EXPECT_EQ(seen.p95_seconds, 1.9);
  EXPECT_EQ(seen.last_success_at, kNow + milliseconds(700));
  EXPECT_EQ(seen.last_failure_at, kNow + milliseconds(600));
  EXPECT_EQ(seen.last_failure, "poll_unanswered");
  EXPECT_EQ(look(health, kNow, "b").calls, 0U);
  // What is older than the window counts no more, but is not forgotten.
  const UpstreamStatus later = look(health, kNow + kHealthWindow + milliseconds(501));
  EXPECT_EQ(later.calls, 0U);
  EXPECT_EQ(later.p50_seconds, std::nullopt);
  EXPECT_EQ(later.last_failure, "poll_unanswered");
}

TEST(UpstreamHealth, KeepsTheLatestCallsOnly) {
  UpstreamHealth health(nullptr);
  for (int i = 0; i < 600; ++i) health.failed("a", "unknown", kNow);
  EXPECT_EQ(look(health, kNow).calls, 512U);
}

TEST(UpstreamHealth, IsShownAsGauges) {
  Metrics metrics;
  UpstreamHealth health(&metrics);
  health.failed("a", "key_refused", kNow);
  UpstreamStatus status = look(health, kNow);
  status.breaker = BreakerState::half_open;
  status.keys = 3;
  status.keys_resting = 1;
  status.capacity = 64;
  health.show(status);
  const std::string text = metrics.print();
  for (const char* line :
       {"darkroom_upstream_breaker_state{upstream=\"a\"} 1\n", "darkroom_upstream_keys_healthy{upstream=\"a\"} 2\n",
        "darkroom_upstream_keys_resting{upstream=\"a\"} 1\n", "darkroom_upstream_capacity{upstream=\"a\"} 64\n",
        "darkroom_upstream_success_ratio{upstream=\"a\"} 0\n",
        "darkroom_upstream_last_failure_timestamp_seconds{class=\"key_refused\",upstream=\"a\"} 1790000000\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  EXPECT_EQ(text.find("last_success"), std::string::npos);
}

TEST(Limiter, DescribesItsUpstreams) {
  Upstream upstream;
  upstream.name = "a";
  upstream.kind = "gemini";
  upstream.api_keys = {Secret("one"), Secret("two")};
  upstream.key_concurrency = 4;
  upstream.breaker_failures = 1;
  Limiter limiter({upstream}, nullptr, {});
  const auto status = [&limiter](WallTime now) { return limiter.list(now).at(0); };
  auto slots = limiter.reserve("a", 2);
  limiter.rest_key("a", 1, kNow + milliseconds(10));
  EXPECT_EQ(status(kNow).keys_resting, 1U);
  EXPECT_EQ(status(kNow + milliseconds(10)).keys_resting, 0U);
  EXPECT_EQ(status(kNow).in_flight, 2U);
  EXPECT_EQ(status(kNow).capacity, 8U);
  EXPECT_EQ(status(kNow).breaker, BreakerState::closed);
  limiter.report("a", Limiter::Signal::failed, kNow);
  EXPECT_EQ(status(kNow).breaker, BreakerState::open);
  EXPECT_EQ(status(kNow + kBreakerFirstRest).breaker, BreakerState::half_open);
  limiter.report("a", Limiter::Signal::worked, kNow + kBreakerFirstRest);
  EXPECT_EQ(status(kNow + kBreakerFirstRest).breaker, BreakerState::closed);
}

}  // namespace
}  // namespace darkroom::engine
