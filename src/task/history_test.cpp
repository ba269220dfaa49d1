#include "task/history.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "task/machine.h"

namespace darkroom::task {
namespace {

using Outcome = PastAttempt::Outcome;

WallTime at(std::int64_t millis) { return from_millis(1'700'000'000'000 + millis); }

// A task that the machine itself takes through its life, so that the log is as it really is.
struct Life {
  explicit Life(std::uint32_t count) {
    Plan plan;
    plan.model = "m";
    plan.kind = "image";
    plan.count = count;
    plan.routes = {{.upstream = "first", .wire_model = "w", .repeat_unknown = true},
                   {.upstream = "second", .wire_model = "w"}};
    task = make_task({}, {}, {}, ledger::Book::test, std::move(plan), at(0));
    events.push_back(first_event_of(task));
  }
  void note(Change&& change) { std::ranges::move(change.events, std::back_inserter(events)); }
  void begin(std::uint32_t call, WallTime now) {
    Change change;
    begin_calls(task, {call}, {"k"}, now, change);
    note(std::move(change));
  }
  void fail(std::uint32_t call, CallFailure failure, WallTime now, double jitter = 0.5) {
    Change change;
    call_failed(task, call, failure, {}, jitter, now, change);
    note(std::move(change));
  }
  Task task;
  std::vector<Event> events;
};

CallFailure busy() {
  CallFailure failure;
  failure.detail = "resource_exhausted";
  failure.upstream_status = 429;
  return failure;
}

TEST(History, AFailedAttemptTellsItsStatusAndTheWaitBehindIt) {
  Life life(1);
  life.begin(0, at(10));
  life.fail(0, busy(), at(30));
  const std::vector<PastCall> calls = history_of(life.events);
  ASSERT_EQ(calls.size(), 1U);
  ASSERT_EQ(calls[0].attempts.size(), 1U);
  const PastAttempt& attempt = calls[0].attempts[0];
  EXPECT_EQ(attempt.number, 1U);
  EXPECT_EQ(attempt.upstream, "first");
  EXPECT_EQ(attempt.started_at, at(10));
  EXPECT_EQ(attempt.ended_at, at(30));
  EXPECT_EQ(attempt.outcome, Outcome::failed);
  EXPECT_EQ(attempt.upstream_status, 429);
  EXPECT_EQ(attempt.error, Code::provider_submit_failed);
  EXPECT_EQ(attempt.detail, "resource_exhausted");
  EXPECT_EQ(attempt.wait_until, at(530));
}

TEST(History, AttemptsThatCountForNoRetryAreStillThere) {
  Life life(1);
  CallFailure elsewhere;
  elsewhere.kind = CallFailure::Kind::next_route;
  elsewhere.upstream_status = 403;
  life.begin(0, at(10));
  life.fail(0, elsewhere, at(20));
  life.begin(0, at(21));
  Change change;
  call_accepted(life.task, 0, "job", at(100), at(40), change);
  begin_saving(life.task, 0, at(200), change);
  call_delivered(life.task, 0, {Output{.blob = "b", .mime = "image/png", .size_bytes = 5}}, at(260), change);
  life.note(std::move(change));
  const std::vector<PastCall> calls = history_of(life.events);
  ASSERT_EQ(calls[0].attempts.size(), 2U);
  EXPECT_EQ(calls[0].attempts[0].upstream_status, 403);
  const PastAttempt& second = calls[0].attempts[1];
  EXPECT_EQ(second.number, 2U);
  EXPECT_EQ(second.upstream, "second");
  EXPECT_EQ(second.accepted_at, at(40));
  EXPECT_EQ(second.saving_at, at(200));
  EXPECT_EQ(second.ended_at, at(260));
  EXPECT_EQ(second.outcome, Outcome::delivered);
  EXPECT_FALSE(second.wait_until);
}

TEST(History, AWaitForAnUpstreamIsOneHoweverOftenItWasLookedAt) {
  Life life(1);
  Change change;
  postpone_call(life.task, 0, at(1'000), at(5), {}, change);
  postpone_call(life.task, 0, at(2'000), at(1'000), {}, change);
  life.note(std::move(change));
  life.begin(0, at(2'001));
  const std::vector<PastCall> calls = history_of(life.events);
  ASSERT_EQ(calls[0].attempts.size(), 2U);
  EXPECT_EQ(calls[0].attempts[0].outcome, Outcome::postponed);
  EXPECT_EQ(calls[0].attempts[0].started_at, at(5));
  EXPECT_EQ(calls[0].attempts[0].wait_until, at(2'000));
  EXPECT_EQ(calls[0].attempts[1].outcome, Outcome::running);
  EXPECT_FALSE(calls[0].attempts[1].ended_at);
}

TEST(History, TheEndOfTheTaskEndsWhatWasOut) {
  Life life(2);
  life.begin(0, at(10));
  life.begin(1, at(11));
  life.fail(0, busy(), at(12));
  Change change;
  cancel(life.task, CancelRule::free, at(50), change);
  life.note(std::move(change));
  const std::vector<PastCall> calls = history_of(life.events);
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].attempts[0].outcome, Outcome::failed);
  EXPECT_EQ(calls[1].attempts[0].outcome, Outcome::given_up);
  EXPECT_EQ(calls[1].attempts[0].ended_at, at(50));
}

TEST(History, WhatMakesNoSenseIsPassedOver) {
  std::vector<Event> events;
  for (const char* data : {"", "[]", "{}", R"({"call":-1})", R"({"call":4000000000})", R"({"call":"0"})"}) {
    for (const char* type : {"started", "attempt", "running", "saving", "postponed", "news"}) {
      events.push_back({{}, static_cast<std::uint32_t>(events.size()), at(1), type, data});
    }
  }
  events.push_back({{}, 99, at(1), "attempt", R"({"call":0,"outcome":"failed"})"});  // that nobody has begun
  const std::vector<PastCall> calls = history_of(events);
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_TRUE(calls[0].attempts.empty());
}

}  // namespace
}  // namespace darkroom::task
