#include "engine/limiter.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace darkroom::engine {
namespace {

constexpr WallTime kNow{milliseconds(1'790'000'000'000)};
using Signal = Limiter::Signal;

Upstream make_upstream(std::string name, std::size_t keys = 1) {
  Upstream upstream;
  upstream.name = std::move(name);
  upstream.kind = "fake";
  for (std::size_t i = 0; i < keys; ++i) upstream.api_keys.emplace_back("key " + std::to_string(i));
  upstream.concurrency = 4;
  upstream.breaker_failures = 1;
  return upstream;
}

Limiter make_limiter(Upstream upstream) { return Limiter({std::move(upstream)}, nullptr, {}); }

// "open", or the milliseconds for which it stays shut.
std::string gate_of(const Limiter& limiter, WallTime now, const std::string& name = "a") {
  const Gate gate = limiter.gate(name, now);
  if (gate.state == Gate::State::open) return "open";
  if (gate.state == Gate::State::unknown) return "unknown";
  return std::to_string((gate.opens_at - now).count());
}

TEST(Limiter, TheGateIsShutWhileTheBreakerRestsAndWhileOneCallTries) {
  Limiter limiter = make_limiter(make_upstream("a"));
  EXPECT_EQ(gate_of(limiter, kNow), "open");
  EXPECT_EQ(gate_of(limiter, kNow, "b"), "unknown");
  ASSERT_TRUE(limiter.admit("a", kNow).key);
  limiter.report("a", Signal::failed, kNow);
  EXPECT_EQ(gate_of(limiter, kNow), "1000");
  EXPECT_FALSE(limiter.admit("a", kNow).key);

  const WallTime rested = kNow + kBreakerFirstRest;
  EXPECT_EQ(gate_of(limiter, rested), "open");
  ASSERT_TRUE(limiter.admit("a", rested).key);
  EXPECT_EQ(gate_of(limiter, rested), std::to_string(kProbeRetry.count()));
  const Limiter::Admission second = limiter.admit("a", rested);
  EXPECT_FALSE(second.key || second.turn_at);
  limiter.report("a", Signal::failed, rested);
  EXPECT_EQ(gate_of(limiter, rested), "2000");

  const WallTime again = rested + 2 * kBreakerFirstRest;
  ASSERT_TRUE(limiter.admit("a", again).key);
  limiter.report("a", Signal::worked, again);
  EXPECT_EQ(gate_of(limiter, again), "open");
}

TEST(Limiter, ThoseInTheLineHaveTheirSlotsInTurnAndBeforeEverybodyElse) {
  int pokes = 0;
  Limiter limiter({make_upstream("a")}, nullptr, [&pokes] { ++pokes; });
  Limiter::Slots taken = limiter.reserve("a", 4);
  Limiter::Waiter first = limiter.wait("a");
  Limiter::Waiter second = limiter.wait("a");
  EXPECT_EQ(limiter.reserve("a", 1, &first).count(), 0);

  {
    const Limiter::Slot one = taken.take(0);
  }  // one is free, and kept for the first
  EXPECT_FALSE(limiter.has_room("a", kNow));
  EXPECT_FALSE(limiter.has_any_room(kNow));
  EXPECT_EQ(limiter.reserve("a", 1).count(), 0);
  EXPECT_EQ(limiter.reserve("a", 1, &second).count(), 0);
  Limiter::Slots firsts = limiter.reserve("a", 3, &first);
  EXPECT_EQ(firsts.count(), 1);

  first.leave();
  EXPECT_EQ(limiter.reserve("a", 1, &second).count(), 0);
  taken = {};  // three are free, of which one is kept
  EXPECT_TRUE(limiter.has_room("a", kNow));
  EXPECT_EQ(limiter.reserve("a", 4).count(), 2);
  EXPECT_EQ(limiter.reserve("a", 4, &second).count(), 3);
  pokes = 0;
  second = {};
  EXPECT_EQ(pokes, 1);
  EXPECT_EQ(limiter.reserve("a", 4).count(), 3);
}

TEST(Limiter, ACallThatTriesAndShowsNothingLetsAnotherTry) {
  Limiter limiter = make_limiter(make_upstream("a"));
  limiter.report("a", Signal::failed, kNow);
  const WallTime rested = kNow + kBreakerFirstRest;
  ASSERT_TRUE(limiter.admit("a", rested).key);
  limiter.report("a", Signal::neutral, rested);
  EXPECT_EQ(gate_of(limiter, rested), "open");
  EXPECT_TRUE(limiter.admit("a", rested).key);
}

TEST(Limiter, TheGateIsShutOnlyWhileEveryKeyRests) {
  Limiter limiter = make_limiter(make_upstream("a", 2));
  limiter.rest_key("a", 0, kNow + seconds(5));
  EXPECT_EQ(gate_of(limiter, kNow), "open");
  EXPECT_EQ(limiter.admit("a", kNow).key, 1U);
  limiter.rest_key("a", 1, kNow + kBadKeyRest);
  EXPECT_EQ(gate_of(limiter, kNow), "5000");
  EXPECT_EQ(limiter.next_opening(kNow), kNow + seconds(5));
  EXPECT_EQ(gate_of(limiter, kNow + seconds(5)), "open");
  EXPECT_FALSE(limiter.next_opening(kNow + seconds(5)));
}

TEST(Limiter, WhoOnlyHasToWaitForHisTurnFindsTheGateOpen) {
  Upstream upstream = make_upstream("a", 2);
  upstream.requests_per_minute = 6;
  upstream.key_concurrency = 1;
  Limiter limiter = make_limiter(std::move(upstream));
  limiter.rest_key("a", 0, kNow + seconds(60));
  Limiter::Slots slots = limiter.reserve("a", 2);
  ASSERT_EQ(limiter.admit("a", kNow).key, 1U);
  const Limiter::Slot out = slots.take(1);
  EXPECT_EQ(gate_of(limiter, kNow), "open");
  EXPECT_EQ(limiter.admit("a", kNow).turn_at, kNow + seconds(10));  // by its rate
  const WallTime later = kNow + seconds(10);
  EXPECT_EQ(limiter.admit("a", later).turn_at, later + kBusyRetry);  // its one place is taken
}

TEST(Limiter, ABreakerThatHasRestedWaitsForACallThatMayGo) {
  Upstream upstream = make_upstream("a");
  upstream.requests_per_minute = 6;
  Limiter limiter = make_limiter(std::move(upstream));
  ASSERT_TRUE(limiter.admit("a", kNow).key);
  limiter.report("a", Signal::failed, kNow);
  const WallTime rested = kNow + kBreakerFirstRest;
  EXPECT_EQ(limiter.admit("a", rested).turn_at, kNow + seconds(10));
  EXPECT_EQ(gate_of(limiter, rested), "open");  // nobody tries it yet
}

TEST(Limiter, ADrainedUpstreamLetsNothingNewGoUntilItIsResumed) {
  Limiter limiter = make_limiter(make_upstream("a"));
  const Limiter::Slot out = limiter.occupy("a", "");
  limiter.set_drained("a", true);
  EXPECT_EQ(limiter.gate("a", kNow).state, Gate::State::drained);
  const Limiter::Admission refused = limiter.admit("a", kNow);
  EXPECT_FALSE(refused.key || refused.turn_at);
  EXPECT_FALSE(limiter.next_opening(kNow));
  EXPECT_TRUE(limiter.list(kNow).at(0).is_drained);
  EXPECT_EQ(limiter.list(kNow).at(0).in_flight, 1U);
  EXPECT_TRUE(limiter.admit_poll("a", kNow));  // what is there already is asked about
  limiter.set_drained("a", false);
  EXPECT_EQ(gate_of(limiter, kNow), "open");
  EXPECT_FALSE(limiter.list(kNow).at(0).is_drained);
  limiter.set_drained("b", true);
  EXPECT_EQ(gate_of(limiter, kNow, "b"), "unknown");
}

TEST(Limiter, ASandboxNeverRests) {
  Upstream upstream = make_upstream("a");
  upstream.is_sandbox = true;
  Limiter limiter = make_limiter(std::move(upstream));
  limiter.report("a", Signal::failed, kNow);
  limiter.rest_key("a", 0, kNow + seconds(5));
  EXPECT_EQ(gate_of(limiter, kNow), "open");
}

TEST(Limiter, RepeatsHaveABudgetWhereNewCallsHaveNone) {
  Upstream upstream = make_upstream("a");
  upstream.free_repeats = 1;
  Limiter limiter = make_limiter(upstream);
  ASSERT_TRUE(limiter.admit("a", kNow, true).key);
  EXPECT_EQ(limiter.repeat_gate("a", kNow).state, Gate::State::resting);
  EXPECT_EQ(limiter.repeat_gate("a", kNow).opens_at, kNow + seconds(60));
  const Limiter::Admission refused = limiter.admit("a", kNow, true);
  EXPECT_FALSE(refused.key || refused.turn_at);
  EXPECT_TRUE(limiter.admit("a", kNow).key);
  EXPECT_EQ(limiter.repeat_gate("a", kNow + seconds(60)).state, Gate::State::open);

  upstream.is_sandbox = true;
  Limiter sandbox = make_limiter(upstream);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(sandbox.admit("a", kNow, true).key);
}

}  // namespace
}  // namespace darkroom::engine
