#include "app/upstream_report.h"

#include <gtest/gtest.h>

namespace darkroom::app {
namespace {

using engine::BreakerState;
using engine::UpstreamStatus;

constexpr WallTime kNow{milliseconds(1'790'000'000'000)};

UpstreamStatus google() {
  UpstreamStatus status;
  status.name = "google";
  status.kind = "gemini";
  status.keys = 2;
  status.capacity = 64;
  return status;
}

Finding judge(const UpstreamStatus& status) {
  const usecase::RoutePlanner planner({{"google", "gemini", false, 3}}, {});
  const json::array shown = print_upstreams({status}, planner);
  EXPECT_EQ(json::get_int(shown.at(0).as_object(), "weight"), 3);
  EXPECT_EQ(json::get_bool(shown.at(0).as_object(), "drained"), status.is_drained);
  return judge_upstream(shown.at(0).as_object(), kNow);
}

TEST(UpstreamReport, SaysWhatIsKnownInOneLine) {
  UpstreamStatus status = google();
  EXPECT_EQ(judge(status).text,
            "google (gemini): breaker closed, keys 2 of 2 healthy, 0 of 64 in flight; no traffic since the start");
  status.in_flight = 3;
  status.keys_resting = 1;
  status.calls = 120;
  status.calls_delivered = 119;
  status.p50_seconds = 4.14;
  status.p95_seconds = 9.0;
  status.last_success_at = kNow - seconds(3);
  status.last_failure_at = kNow - seconds(600);
  status.last_failure = "key_refused";
  EXPECT_EQ(judge(status).text,
            "google (gemini): breaker closed, keys 1 of 2 healthy, 3 of 64 in flight; 119 of 120 calls delivered in 5 "
            "min, p50 4.1 s, p95 9.0 s; last success 3 s ago; last failure key_refused 10 min ago");
}

TEST(UpstreamReport, SaysWhatFreeCallsHaveShown) {
  UpstreamStatus status = google();
  status.probe.is_possible = true;
  status.probe.policy = engine::ProbePolicy::recovery;
  const std::string before =
      "google (gemini): breaker closed, keys 2 of 2 healthy, 0 of 64 in flight; no traffic since the start";
  EXPECT_EQ(judge(status).text, before + "; probe recovery");
  status.probe.last =
      engine::ProbeFinding{kNow - seconds(7), milliseconds(40), provider::Condition::unwell, "HTTP 503"};
  EXPECT_EQ(judge(status).text, before + "; probe recovery, unwell 7 s ago");
  status.probe.tells_balance = true;
  EXPECT_EQ(judge(status).text, before + "; probe recovery, unwell 7 s ago; balance unknown");
  status.probe.balance = engine::BalanceReading{kNow - seconds(200), {*Decimal::parse("74.750"), "USD"}};
  EXPECT_EQ(judge(status).text, before + "; probe recovery, unwell 7 s ago; balance 74.75 USD 3 min ago");
  EXPECT_EQ(judge(status).verdict, Verdict::ok) << "a probe is no real call";
}

TEST(UpstreamReport, AnUnknownBalanceIsNull) {
  UpstreamStatus status = google();
  status.probe.tells_balance = true;
  status.probe.balance_trouble = "HTTP 403";
  const json::object shown = print_condition(status, 0, [](const std::optional<WallTime>&) { return json::value(1); });
  EXPECT_EQ(json::print(shown.at("balance")),
            R"({"is_told":true,"amount":null,"unit":null,"at":null,"trouble":"HTTP 403"})");
}

TEST(UpstreamReport, JudgesWhetherCallsCanGo) {
  struct Row {
    BreakerState breaker;
    std::uint32_t resting;
    std::uint32_t calls;
    std::uint32_t delivered;
    Verdict verdict;
  };
  for (const Row& row :
       {Row{BreakerState::closed, 0, 0, 0, Verdict::ok}, Row{BreakerState::closed, 0, 9, 0, Verdict::ok},
        Row{BreakerState::closed, 0, 10, 9, Verdict::ok}, Row{BreakerState::closed, 0, 10, 8, Verdict::warn},
        Row{BreakerState::closed, 1, 0, 0, Verdict::warn}, Row{BreakerState::half_open, 0, 0, 0, Verdict::warn},
        Row{BreakerState::open, 0, 0, 0, Verdict::fail}, Row{BreakerState::closed, 2, 0, 0, Verdict::fail}}) {
    UpstreamStatus status = google();
    status.breaker = row.breaker;
    status.keys_resting = row.resting;
    status.calls = row.calls;
    status.calls_delivered = row.delivered;
    EXPECT_EQ(judge(status).verdict, row.verdict) << judge(status).text;
  }
}

TEST(UpstreamReport, ADrainedUpstreamIsNoFailure) {
  UpstreamStatus status = google();
  status.is_drained = true;
  status.breaker = BreakerState::open;
  EXPECT_EQ(judge(status).verdict, Verdict::warn);
  EXPECT_EQ(
      judge(status).text,
      "google (gemini): drained, breaker open, keys 2 of 2 healthy, 0 of 64 in flight; no traffic since the start");
}

}  // namespace
}  // namespace darkroom::app
