#include "engine/prober.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/sim/sim_loop.h"

namespace darkroom::engine {
namespace {

using provider::Condition;

constexpr WallTime kNow{milliseconds(1'790'000'000'000)};

TEST(ProbeRule, SaysWhenOneIsDue) {
  using enum ProbePolicy;
  struct Row {
    ProbePolicy policy;
    bool is_troubled;
    std::optional<Condition> last;      // of one that was made at kNow
    std::optional<milliseconds> pause;  // at the middle of the jitter; nothing: never
  };
  const std::optional<milliseconds> kNever, kAtOnce = milliseconds(0);
  for (const Row& row :
       {Row{off, false, {}, kNever}, Row{off, true, Condition::unwell, kNever}, Row{recovery, false, {}, kNever},
        Row{recovery, false, Condition::unwell, kNever}, Row{recovery, true, {}, kAtOnce},
        Row{recovery, true, Condition::unwell, kTroubledProbePause},
        Row{recovery, true, Condition::key_refused, kTroubledProbePause},
        Row{recovery, true, Condition::well, kCalmProbePause}, Row{always, false, {}, kAtOnce},
        Row{always, false, Condition::well, kProbePause}, Row{always, false, Condition::unwell, kProbePause},
        Row{always, true, Condition::unwell, kTroubledProbePause}}) {
    std::optional<ProbeFinding> last;
    if (row.last) last = ProbeFinding{kNow, {}, *row.last, {}};
    const auto due = next_probe(row.policy, row.is_troubled, last, 0.5);
    const std::string name = std::string(print(row.policy)) + (row.is_troubled ? " troubled" : "");
    ASSERT_EQ(due.has_value(), row.pause.has_value()) << name;
    if (due && row.last) EXPECT_EQ(*due - kNow, *row.pause) << name;
    if (due && !row.last) EXPECT_LE(*due, kNow) << name;
  }
}

TEST(ProbeRule, SpreadsThePauses) {
  const ProbeFinding well{kNow, {}, Condition::well, {}};
  EXPECT_EQ(*next_probe(ProbePolicy::always, false, well, 0) - kNow, milliseconds(48'000));
  EXPECT_EQ(*next_probe(ProbePolicy::always, false, well, 1) - kNow, milliseconds(72'000));
}

TEST(ProbeRule, BalancesAreReadUnlessNothingShallBeAsked) {
  ProbeStatus status;
  status.policy = ProbePolicy::recovery;
  EXPECT_FALSE(next_balance(status, {}, 0.5));
  status.tells_balance = true;
  EXPECT_LE(*next_balance(status, {}, 0.5), kNow);
  EXPECT_EQ(*next_balance(status, kNow, 0.5) - kNow, kBalancePause);
  status.policy = ProbePolicy::off;
  EXPECT_FALSE(next_balance(status, {}, 0.5));
}

TEST(ProbeRule, PoliciesHaveWords) {
  for (const ProbePolicy policy : {ProbePolicy::off, ProbePolicy::recovery, ProbePolicy::always}) {
    EXPECT_EQ(parse_probe_policy(print(policy)), policy);
  }
  EXPECT_FALSE(parse_probe_policy("Always"));
  EXPECT_FALSE(parse_probe_policy(""));
}

// A vendor that answers free calls with what the test says, and counts them.
class FreeVendor final : public UpstreamCaller {
 public:
  explicit FreeVendor(Loop& loop) : loop_(loop) {}

  bool can_ask_free(const Upstream& upstream, FreeAsk ask) const override {
    return upstream.kind == "free" && (ask == FreeAsk::probe || tells_balance);
  }
  Async<FreeAnswer> ask_free(FreeOrder order) override {
    ++(order.ask == FreeAsk::probe ? probes : looks);
    keys.push_back(order.key);
    co_await await_on<bool>(loop_, [](Done<bool> done) { done(true); });
    if (order.ask == FreeAsk::probe)
      co_return FreeAnswer{condition, condition == Condition::well ? "" : "HTTP 503", {}};
    if (!balance) co_return FreeAnswer{Condition::key_refused, "HTTP 403", {}};
    co_return FreeAnswer{Condition::well, {}, provider::Balance{*balance, "USD"}};
  }

  Async<CallOutcome> perform(CallOrder) override { co_return CallOutcome(); }
  Async<CallOutcome> save(CallOrder, std::shared_ptr<FinishedJob>) override { co_return CallOutcome(); }
  bool can_look_up(const Upstream&) const override { return false; }
  void cancel(TaskId) override {}
  void cancel_all() override {}

  Condition condition = Condition::well;
  bool tells_balance = false;
  std::optional<Decimal> balance;
  int probes = 0;
  int looks = 0;
  std::vector<std::size_t> keys;

 private:
  Loop& loop_;
};

class ProberTest : public ::testing::Test {
 protected:
  ProberTest() {
    upstream_.name = "a";
    upstream_.kind = "free";
    upstream_.api_keys = {Secret("one"), Secret("two")};
    upstream_.breaker_failures = 1;
    upstream_.probe.policy = ProbePolicy::recovery;
  }
  ~ProberTest() override {
    is_stopping_ = true;
    pauses_.close();
    run_for(milliseconds(1));
  }

  void start() {
    limiter_.emplace(std::vector{upstream_}, nullptr, nullptr);
    prober_.emplace(Prober::Parts{.limiter = *limiter_,
                                  .caller = vendor_,
                                  .clock = clock_,
                                  .random = random_,
                                  .pauses = pauses_,
                                  .is_stopping = is_stopping_,
                                  .scope = scope_,
                                  .metrics = &metrics_,
                                  .on_room = [this] { ++rooms_; }});
    scope_.spawn(prober_->ask_regularly());
  }
  void run_for(milliseconds time) {
    bool is_over = false;
    loop_.call_at(clock_.steady_now() + time, [&] { is_over = true; });
    while (!is_over && loop_.step()) {
    }
  }
  // So many real calls fail, each as soon as it may go.
  void fail_calls(int calls) {
    for (; calls > 0; --calls) {
      const Gate gate = limiter_->gate("a", clock_.wall_now());
      if (gate.state == Gate::State::resting) run_for(gate.opens_at - clock_.wall_now());
      ASSERT_TRUE(limiter_->admit("a", clock_.wall_now()).key);
      limiter_->report("a", Limiter::Signal::failed, clock_.wall_now());
    }
  }
  UpstreamStatus status() {
    UpstreamStatus status = limiter_->list(clock_.wall_now()).front();
    prober_->describe(status);
    return status;
  }
  static Async<void> test_then(Prober* prober, std::optional<Result<ProbeFinding>>* to, std::string upstream) {
    *to = co_await prober->test(std::move(upstream));
  }
  Result<ProbeFinding> test(const std::string& upstream = "a") {
    std::optional<Result<ProbeFinding>> found;
    scope_.spawn(test_then(&*prober_, &found, upstream));
    for (int i = 0; i < 100 && !found; ++i) loop_.step();
    return *found;
  }

  sim::SimClock clock_;
  sim::SimLoop loop_{clock_};
  SeededRandom random_{7};
  Metrics metrics_;
  Pauses pauses_{loop_};
  AsyncScope scope_;
  bool is_stopping_ = false;
  int rooms_ = 0;
  Upstream upstream_;
  FreeVendor vendor_{loop_};
  std::optional<Limiter> limiter_;
  std::optional<Prober> prober_;
};

TEST_F(ProberTest, AWellUpstreamIsAskedNothing) {
  start();
  run_for(std::chrono::hours(1));
  EXPECT_EQ(vendor_.probes, 0);
  EXPECT_FALSE(status().probe.last);
}

TEST_F(ProberTest, OffAsksNothingWhateverHappens) {
  upstream_.probe.policy = ProbePolicy::off;
  vendor_.tells_balance = true;
  start();
  fail_calls(4);
  run_for(std::chrono::hours(1));
  EXPECT_EQ(vendor_.probes + vendor_.looks, 0);
}

TEST_F(ProberTest, AlwaysAsksAboutOnceAMinute) {
  upstream_.probe.policy = ProbePolicy::always;
  start();
  run_for(std::chrono::minutes(60));
  EXPECT_GE(vendor_.probes, 50);
  EXPECT_LE(vendor_.probes, 75);
  prober_->set_policy("a", ProbePolicy::off);
  const int before = vendor_.probes;
  run_for(std::chrono::minutes(10));
  EXPECT_EQ(vendor_.probes, before);
}

TEST_F(ProberTest, ARecoverySeenByAProbeEndsTheRestAndARealCallDecides) {
  vendor_.condition = Condition::unwell;
  start();
  fail_calls(7);  // the next rest is the longest
  EXPECT_EQ(status().breaker, BreakerState::open);
  run_for(milliseconds(10'000));
  EXPECT_GE(vendor_.probes, 1);
  EXPECT_EQ(status().probe.last->condition, Condition::unwell);
  EXPECT_EQ(status().probe.last->detail, "HTTP 503");
  EXPECT_EQ(status().breaker, BreakerState::open);
  EXPECT_EQ(rooms_, 0);

  vendor_.condition = Condition::well;
  run_for(milliseconds(7'000));
  EXPECT_EQ(status().breaker, BreakerState::half_open);
  EXPECT_GE(rooms_, 1);
  EXPECT_EQ(status().calls, 0U) << "probes are no part of the success rate";
  ASSERT_TRUE(limiter_->admit("a", clock_.wall_now()).key);
  EXPECT_FALSE(limiter_->admit("a", clock_.wall_now()).key) << "one real call at a time";
  limiter_->report("a", Limiter::Signal::worked, clock_.wall_now());
  EXPECT_EQ(status().breaker, BreakerState::closed);
}

// Its list of models is fine, what it makes is not: real calls keep to their own longer and longer rests.
TEST_F(ProberTest, AFreeCallThatAlwaysWorksShortensNothing) {
  start();
  fail_calls(7);
  run_for(milliseconds(40'000));
  EXPECT_GE(vendor_.probes, 1);
  EXPECT_EQ(status().breaker, BreakerState::open);
}

TEST_F(ProberTest, AKeyThatIsTakenAgainRestsNoLonger) {
  vendor_.condition = Condition::key_refused;
  start();
  limiter_->rest_key("a", 0, clock_.wall_now() + kBadKeyRest);
  run_for(milliseconds(20'000));
  EXPECT_EQ(status().keys_resting, 1U);
  vendor_.condition = Condition::well;
  run_for(milliseconds(60'000));
  EXPECT_EQ(status().keys_resting, 0U);
}

TEST_F(ProberTest, EveryKeyIsAskedInTurn) {
  upstream_.probe.policy = ProbePolicy::always;
  start();
  run_for(std::chrono::minutes(5));
  ASSERT_GE(vendor_.keys.size(), 3U);
  EXPECT_EQ(std::vector(vendor_.keys.begin(), vendor_.keys.begin() + 3), (std::vector<std::size_t>{0, 1, 0}));
}

TEST_F(ProberTest, AnOperatorTestsAtOnceButNotWithoutEnd) {
  upstream_.probe.policy = ProbePolicy::off;
  start();
  EXPECT_TRUE(test()->is_well());
  EXPECT_EQ(vendor_.probes, 1);
  const auto refused = test();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::rate_limited);
  EXPECT_EQ(refused.error().retry_after_seconds, 5);
  EXPECT_EQ(vendor_.probes, 1);
  run_for(kTestPause);
  vendor_.condition = Condition::over_quota;
  EXPECT_EQ(test()->condition, Condition::over_quota);
  EXPECT_EQ(test("nobody").error().code, Code::not_found);
  EXPECT_NE(metrics_.print().find(R"(darkroom_upstream_probes_total{outcome="over_quota",upstream="a"} 1)"),
            std::string::npos)
      << metrics_.print();
}

TEST_F(ProberTest, AVendorWithoutAFreeCallIsNeverAsked) {
  upstream_.kind = "dear";
  upstream_.probe.policy = ProbePolicy::always;
  start();
  prober_->set_policy("a", ProbePolicy::always);
  run_for(std::chrono::hours(1));
  EXPECT_EQ(test().error().code, Code::conflict);
  EXPECT_EQ(vendor_.probes, 0);
}

TEST_F(ProberTest, ABalanceIsKeptWhenItCannotBeReadAnyMoreAndIsNeverNought) {
  vendor_.tells_balance = true;
  start();
  run_for(milliseconds(1'000));
  EXPECT_EQ(vendor_.looks, 1);
  EXPECT_FALSE(status().probe.balance);
  EXPECT_EQ(status().probe.balance_trouble, "HTTP 403");
  EXPECT_EQ(metrics_.print().find("darkroom_upstream_balance"), std::string::npos);

  vendor_.balance = Decimal::parse("74.75");
  run_for(kBalancePause * 2);
  ASSERT_TRUE(status().probe.balance);
  const WallTime read_at = status().probe.balance->at;
  EXPECT_EQ(status().probe.balance->balance.amount.text(), "74.75");
  EXPECT_EQ(status().probe.balance_trouble, "");
  EXPECT_NE(metrics_.print().find(R"(darkroom_upstream_balance{unit="USD",upstream="a"} 74.75)"), std::string::npos);

  vendor_.balance.reset();
  run_for(kBalancePause * 2);
  EXPECT_EQ(status().probe.balance->balance.amount.text(), "74.75");
  EXPECT_GE(status().probe.balance->at, read_at);
  EXPECT_LT(status().probe.balance->at, clock_.wall_now() - kBalancePause / 2);
  EXPECT_EQ(status().probe.balance_trouble, "HTTP 403");
}

}  // namespace
}  // namespace darkroom::engine
