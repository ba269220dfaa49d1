#include "task/machine.h"

#include <gtest/gtest.h>

namespace darkroom::task {
namespace {

const WallTime kNow = from_millis(1'735'000'000'000);
const RetryPolicy kPolicy;

Plan make_plan(std::uint32_t count, std::size_t routes = 1, bool repeat_unknown = true) {
  Plan plan;
  plan.model = "model";
  plan.kind = "image";
  plan.prompt = "a fox";
  plan.count = count;
  plan.unit_price = MicroCredits::from_count(14'375'000);
  for (std::size_t i = 0; i < routes; ++i) {
    plan.routes.push_back({"up" + std::to_string(i), "wire", repeat_unknown, MicroCredits::from_count(1'000)});
  }
  return plan;
}

Task make(Plan plan) {
  SeededRandom random(1);
  return make_task(TaskId::make(kNow, random), AccountId{}, KeyId{}, ledger::Book::live, std::move(plan), kNow);
}

Output picture(std::uint32_t index) {
  Output output;
  output.blob = "tasks/x/" + std::to_string(index) + ".png";
  return output;
}

std::vector<std::string> tags(std::size_t count) { return std::vector<std::string>(count, "k1"); }

bool never(const Route&) { return false; }
bool always(const Route&) { return true; }

CallFailure failure(CallFailure::Kind kind, Code code = Code::provider_submit_failed) {
  CallFailure made;
  made.kind = kind;
  made.code = code;
  return made;
}

// A task in each state, with one call in flight where the state has any.
Task in_state(State state) {
  Task task = make(make_plan(1));
  Change change;
  if (state == State::queued) return task;
  begin_calls(task, {0}, tags(1), kNow, change);
  if (state == State::submitting) return task;
  if (state == State::cancelled) {
    EXPECT_EQ(cancel(task, CancelRule::free, kNow, change), Cancelled::done);
    return task;
  }
  if (state == State::completed) {
    call_delivered(task, 0, {picture(0)}, kNow, change);
    finish(task, Finish{State::completed, {}}, kNow, change);
    return task;
  }
  if (state == State::failed) {
    call_failed(task, 0, failure(CallFailure::Kind::final), kPolicy, 0, kNow, change);
    finish(task, Finish{State::failed, Code::provider_failed}, kNow, change);
    return task;
  }
  task.state = state;  // running and saving belong to asynchronous vendors
  return task;
}

constexpr State kAll[] = {State::queued,    State::submitting, State::running,  State::saving,
                          State::completed, State::failed,     State::cancelled};

TEST(Machine, EveryStateTimesCancel) {
  for (const State state : kAll) {
    Task task = in_state(state);
    Change change;
    const bool cancelled = cancel(task, CancelRule::free, kNow, change) == Cancelled::done;
    EXPECT_EQ(cancelled, !is_ended(state)) << print(state);
    EXPECT_EQ(task.state, cancelled ? State::cancelled : state);
    EXPECT_EQ(change.events.size(), cancelled ? 1U : 0U);
  }
}

TEST(Machine, EveryStateTimesTheOtherMoves) {
  struct Row {
    State from;
    bool begin, wait, fail;  // allowed?
  };
  const Row rows[] = {
      {State::queued, true, true, true},       {State::submitting, true, true, true},
      {State::running, true, true, true},      {State::saving, true, true, true},
      {State::completed, false, false, false}, {State::failed, false, false, false},
      {State::cancelled, false, false, false},
  };
  for (const Row& row : rows) {
    const auto attempt = [&](auto move) {
      Task task = in_state(row.from);
      for (Call& call : task.progress.calls) call.state = CallState::waiting;
      Change change;
      move(task, change);
    };
    const auto begin = [](Task& task, Change& change) { begin_calls(task, {0}, tags(1), kNow, change); };
    const auto wait = [](Task& task, Change& change) { wait_until(task, kNow + seconds(1), kNow, change); };
    const auto fail_it = [](Task& task, Change& change) {
      finish(task, Finish{State::failed, Code::provider_failed}, kNow, change);
    };
    const auto expect = [&](bool allowed, auto move, const char* name) {
      SCOPED_TRACE(std::string(print(row.from)) + " " + name);
      if (allowed) {
        attempt(move);
      } else {
        EXPECT_DEATH(attempt(move), "broken invariant");
      }
    };
    expect(row.begin, begin, "begin");
    expect(row.wait, wait, "wait");
    expect(row.fail, fail_it, "fail");
  }
}

TEST(Machine, BirthHoldsThePriceOfEveryOutput) {
  SeededRandom random(1);
  const Task task = make_task(TaskId::make(kNow, random), AccountId{}, KeyId{}, ledger::Book::test, make_plan(4), kNow);
  EXPECT_EQ(task.hold.count(), 57'500'000);
  const ledger::Entry hold = hold_of(task);
  EXPECT_EQ(hold.ref, task.id.bytes);
  EXPECT_EQ(hold.amount, task.hold);
  EXPECT_EQ(hold.kind, ledger::Kind::hold);
  EXPECT_EQ(hold.book, ledger::Book::test);
  EXPECT_EQ(hold.at, kNow);
  const Event event = first_event_of(task);
  EXPECT_EQ(event.type, "accepted");
  EXPECT_EQ(event.data, R"({"hold_microcredits":57500000})");
  EXPECT_EQ(event.at, kNow);
  EXPECT_EQ(task.event_count, 1U);
}

TEST(Machine, SubmitsWhatIsDue) {
  Task task = make(make_plan(4));
  pace_call(task, 1, kNow + seconds(1));
  const Action first = next_action(task, kNow);
  ASSERT_TRUE(std::holds_alternative<SubmitCalls>(first));
  EXPECT_EQ(std::get<SubmitCalls>(first).calls, (std::vector<std::uint32_t>{0, 2, 3}));
}

TEST(Machine, FetchesReferencesFirst) {
  Plan plan = make_plan(1);
  plan.reference_sources = {{"image", "image_urls[0]", "https://example.com/a.png"}};
  Task task = make(std::move(plan));
  EXPECT_TRUE(std::holds_alternative<FetchReferences>(next_action(task, kNow)));
  Change change;
  references_fetched(task, {{"image", "https://example.com/a.png", "references/x/0", "image/png", 10}}, kNow, change);
  EXPECT_TRUE(std::holds_alternative<SubmitCalls>(next_action(task, kNow)));
}

TEST(Machine, ReferencesThatCannotBeHadFailTheTask) {
  Plan plan = make_plan(1);
  plan.reference_sources = {{"image", "image_urls[0]", "https://example.com/a.png"}};
  Task task = make(std::move(plan));
  Change change;
  references_failed(task, Code::provider_failed, "404", kNow, change);
  const Action action = next_action(task, kNow);
  ASSERT_TRUE(std::holds_alternative<Finish>(action));
  finish(task, std::get<Finish>(action), kNow, change);
  EXPECT_EQ(task.captured.count(), 0);
  EXPECT_EQ(change.entries.size(), 1U);
  EXPECT_EQ(change.entries[0].kind, ledger::Kind::release);
  EXPECT_EQ(change.entries[0].amount, task.hold);
}

TEST(Machine, PartialDeliveryIsCapturedInPart) {
  Task task = make(make_plan(4));
  Change change;
  begin_calls(task, {0, 1, 2, 3}, tags(4), kNow, change);
  call_delivered(task, 0, {picture(0)}, kNow, change);
  call_delivered(task, 3, {picture(3)}, kNow, change);
  call_failed(task, 1, failure(CallFailure::Kind::final, Code::content_policy), kPolicy, 0, kNow, change);
  call_failed(task, 2, failure(CallFailure::Kind::final, Code::content_policy), kPolicy, 0, kNow, change);
  const Action action = next_action(task, kNow);
  ASSERT_TRUE(std::holds_alternative<Finish>(action));
  finish(task, std::get<Finish>(action), kNow, change);
  EXPECT_EQ(task.state, State::completed);
  EXPECT_EQ(task.captured.count(), 2 * 14'375'000);
  ASSERT_EQ(change.entries.size(), 2U);
  EXPECT_EQ(change.entries[0].kind, ledger::Kind::capture);
  EXPECT_EQ(change.entries[1].kind, ledger::Kind::release);
  EXPECT_EQ(*change.entries[0].amount.plus(change.entries[1].amount), task.hold);
  const std::vector<const Output*> results = outputs_of(task, OutputRole::result);
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0]->blob, "tasks/x/0.png");
  EXPECT_EQ(results[1]->blob, "tasks/x/3.png");
}

TEST(Machine, FiveAttemptsInsideTheBudgetThenTheFailuresCode) {
  for (const double jitter : {0.0, 0.5, 0.999}) {
    Task task = make(make_plan(1));
    WallTime now = kNow;
    int attempts = 0;
    for (;;) {
      Change change;
      const Action action = next_action(task, now);
      if (const auto* wait = std::get_if<WaitUntil>(&action)) {
        now = wait->when;
        continue;
      }
      if (std::holds_alternative<Finish>(action)) break;
      begin_calls(task, {0}, tags(1), now, change);
      ++attempts;
      call_failed(task, 0, failure(CallFailure::Kind::retry), kPolicy, jitter, now, change);
    }
    EXPECT_EQ(attempts, 5) << jitter;
    EXPECT_LE(now - kNow, kPolicy.budget) << jitter;
    EXPECT_EQ(std::get<Finish>(next_action(task, now)).failure, Code::provider_submit_failed);
  }
}

TEST(Machine, RetryAfterIsHonouredInsideTheBudgetAndFailsBeyondIt) {
  for (const auto& [after, waits] : {std::pair(milliseconds(20'000), true), std::pair(milliseconds(31'000), false)}) {
    Task task = make(make_plan(1));
    Change change;
    begin_calls(task, {0}, tags(1), kNow, change);
    CallFailure busy = failure(CallFailure::Kind::retry);
    busy.retry_after = after;
    call_failed(task, 0, busy, kPolicy, 0.1, kNow, change);
    const Action action = next_action(task, kNow);
    EXPECT_EQ(std::holds_alternative<WaitUntil>(action), waits);
    if (waits) {
      EXPECT_EQ(std::get<WaitUntil>(action).when, kNow + after);
    }
  }
}

TEST(Machine, ARetryAfterBeyondTheBudgetLeadsToTheNextRoute) {
  Task task = make(make_plan(1, 2));
  Change change;
  CallFailure busy = failure(CallFailure::Kind::retry);
  busy.retry_after = milliseconds(31'000);
  const Call& call = task.progress.calls[0];
  begin_calls(task, {0}, tags(1), kNow, change);
  call_failed(task, 0, busy, kPolicy, 0, kNow, change);
  EXPECT_EQ(call.route, 1U);
  EXPECT_EQ(call.due_at, kNow);  // it was the wish of the route that was left
  begin_calls(task, {0}, tags(1), kNow, change);
  call_failed(task, 0, busy, kPolicy, 0, kNow, change);
  EXPECT_EQ(call.state, CallState::failed);
}

TEST(Machine, NextRouteIsNotACountedAttempt) {
  Task task = make(make_plan(1, 2));
  Change change;
  begin_calls(task, {0}, tags(1), kNow, change);
  call_failed(task, 0, failure(CallFailure::Kind::next_route), kPolicy, 0, kNow, change);
  EXPECT_EQ(task.progress.calls[0].route, 1U);
  EXPECT_EQ(task.progress.calls[0].attempts, 0U);
  EXPECT_TRUE(std::holds_alternative<SubmitCalls>(next_action(task, kNow)));
  begin_calls(task, {0}, tags(1), kNow, change);
  call_failed(task, 0, failure(CallFailure::Kind::next_route), kPolicy, 0, kNow, change);
  EXPECT_TRUE(std::holds_alternative<Finish>(next_action(task, kNow)));
}

TEST(Machine, WhatTheCustomerReadsIsTheLastRoutesProblem) {
  CallFailure unfit = failure(CallFailure::Kind::next_route);
  unfit.code = Code::unsupported;
  unfit.problem = "fps: no available provider can do what was asked";
  for (const bool elsewhere : {false, true}) {
    Task task = make(make_plan(1, 2));
    for (int route = 0; route < 2; ++route) {
      Change change;
      begin_calls(task, {0}, tags(1), kNow, change);
      const bool is_last = route == 1;
      call_failed(task, 0, is_last && elsewhere ? failure(CallFailure::Kind::final) : unfit, kPolicy, 0, kNow, change);
      if (!is_last) {
        EXPECT_EQ(task.progress.problem, "");
      }
    }
    const Action action = next_action(task, kNow);
    ASSERT_TRUE(std::holds_alternative<Finish>(action));
    EXPECT_EQ(std::get<Finish>(action).failure == Code::unsupported, !elsewhere);
    EXPECT_EQ(task.progress.problem, elsewhere ? "" : unfit.problem);
  }
}

TEST(Machine, RepeatedTroubleFailsOverToTheNextRoute) {
  Task task = make(make_plan(1, 2));
  for (int i = 0; i < 2; ++i) {
    Change change;
    begin_calls(task, {0}, tags(1), kNow, change);
    call_failed(task, 0, failure(CallFailure::Kind::retry), kPolicy, 0, kNow, change);
  }
  EXPECT_EQ(task.progress.calls[0].route, 1U);
}

TEST(Machine, ARouteThatCannotHelpLeadsBackToTheOneThatWasOnlyBusy) {
  Task task = make(make_plan(1, 2));
  const Call& call = task.progress.calls[0];
  std::vector<std::uint32_t> tried;
  while (call.state == CallState::waiting) {
    Change change;
    begin_calls(task, {0}, tags(1), kNow, change);
    tried.push_back(call.route);
    const auto kind = call.route == 0 ? CallFailure::Kind::retry : CallFailure::Kind::next_route;
    call_failed(task, 0, failure(kind), kPolicy, 0, kNow, change);
    ASSERT_LE(tried.size(), kPolicy.attempts + kPolicy.hops);
  }
  EXPECT_EQ(tried, (std::vector<std::uint32_t>{0, 0, 1, 0, 0, 0}));  // what has refused it is not asked again
  EXPECT_EQ(call.attempts, kPolicy.attempts);
}

TEST(Machine, UnknownIsBookedToTheOperatorAndRepeatedOnlyWhereTheRouteAllowsIt) {
  for (const bool repeat : {true, false}) {
    Task task = make(make_plan(1, 1, repeat));
    Change change;
    begin_calls(task, {0}, tags(1), kNow, change);
    call_failed(task, 0, failure(CallFailure::Kind::unknown), kPolicy, 0, kNow, change);
    EXPECT_EQ(task.progress.calls[0].unknowns, 1U);
    ASSERT_EQ(change.entries.size(), 1U);
    EXPECT_EQ(change.entries[0].kind, ledger::Kind::upstream_loss);
    EXPECT_EQ(std::holds_alternative<SubmitCalls>(next_action(task, kNow)), repeat);
  }
}

TEST(Machine, EachLostCallHasItsOwnEntry) {
  Task task = make(make_plan(2));
  Change change;
  for (int i = 0; i < 4; ++i) {
    begin_calls(task, {0, 1}, tags(2), kNow, change);
    for (const std::uint32_t call : {0U, 1U}) {
      call_failed(task, call, failure(CallFailure::Kind::unknown), kPolicy, 0, kNow, change);
    }
  }
  std::set<std::uint32_t> numbers;
  for (const ledger::Entry& entry : change.entries) numbers.insert(entry.number);
  EXPECT_EQ(numbers.size(), 8U);
}

TEST(Machine, RecoverTurnsCallsInFlightIntoUnknowns) {
  Task task = make(make_plan(2));
  Change change;
  begin_calls(task, {0, 1}, tags(2), kNow, change);
  call_delivered(task, 1, {picture(1)}, kNow, change);
  recover(task, kNow, kPolicy, 0, never, change);
  EXPECT_EQ(task.progress.calls[0].unknowns, 1U);
  EXPECT_EQ(task.progress.calls[0].state, CallState::waiting);
  EXPECT_EQ(task.progress.calls[1].state, CallState::delivered);
}

TEST(Machine, DoubtfulAnswersHaveFewerAttempts) {
  Task task = make(make_plan(1));
  for (int i = 0; i < 2; ++i) {
    Change change;
    begin_calls(task, {0}, tags(1), kNow, change);
    CallFailure doubt = failure(CallFailure::Kind::retry, Code::content_policy);
    doubt.attempts_at_most = 2;
    call_failed(task, 0, doubt, kPolicy, 0, kNow, change);
  }
  const Action action = next_action(task, kNow);
  ASSERT_TRUE(std::holds_alternative<Finish>(action));
  EXPECT_EQ(std::get<Finish>(action).failure, Code::content_policy);
}

TEST(Machine, TheCapEndsTheTask) {
  Task task = make(make_plan(1));
  Change change;
  begin_calls(task, {0}, tags(1), kNow, change);
  call_failed(task, 0, failure(CallFailure::Kind::retry), kPolicy, 0.9, kNow, change);
  const WallTime late = kNow + seconds(task.plan.cap_seconds);
  const Action action = next_action(task, late);
  ASSERT_TRUE(std::holds_alternative<Finish>(action));
  EXPECT_EQ(std::get<Finish>(action).failure, Code::provider_polling_timeout);
}

TEST(Machine, PassingOverARouteThatRestsIsNoAttempt) {
  Task task = make(make_plan(1, 3));
  task.plan.routes[2].upstream = "third";
  Change change;
  pass_over(task, 0, 2, kNow, change);
  const Call& call = task.progress.calls[0];
  EXPECT_EQ(call.route, 2U);
  EXPECT_EQ(call.attempts, 0U);
  EXPECT_EQ(call.hops, 0U);
  EXPECT_EQ(call.state, CallState::waiting);
  EXPECT_EQ(call.due_at, kNow);
  EXPECT_FALSE(call.first_failed_at);
  ASSERT_EQ(change.events.size(), 1U);
  EXPECT_EQ(change.events[0].type, "rerouted");
  EXPECT_NE(change.events[0].data.find("third"), std::string::npos);
}

TEST(Machine, OnlyACallThatHasNotBeenSentIsPassedOn) {
  for (const CallState state : {CallState::in_flight, CallState::accepted, CallState::lost, CallState::delivered}) {
    Task task = make(make_plan(1, 2));
    task.progress.calls[0].state = state;
    Change change;
    EXPECT_DEATH(pass_over(task, 0, 1, kNow, change), "broken invariant") << static_cast<int>(state);
  }
}

TEST(Machine, TheRoutesForACallBeginWithItsOwnAndLeaveOutThoseThatRefused) {
  Task task = make(make_plan(1, 4));
  Call& call = task.progress.calls[0];
  EXPECT_EQ(routes_for(task, call), (std::vector<std::uint32_t>{0, 1, 2, 3}));
  call.route = 2;
  EXPECT_EQ(routes_for(task, call), (std::vector<std::uint32_t>{2, 3, 0, 1}));
  call.refused = {3, 0};
  EXPECT_EQ(routes_for(task, call), (std::vector<std::uint32_t>{2, 1}));
}

TEST(Machine, ARefusalLeadsBackToTheRouteThatWasPassedOver) {
  Task task = make(make_plan(1, 2));
  Change change;
  pass_over(task, 0, 1, kNow, change);
  begin_calls(task, {0}, tags(1), kNow, change);
  call_failed(task, 0, failure(CallFailure::Kind::next_route), kPolicy, 0, kNow, change);
  const Call& call = task.progress.calls[0];
  EXPECT_EQ(call.state, CallState::waiting);
  EXPECT_EQ(call.route, 0U);
  EXPECT_EQ(routes_for(task, call), (std::vector<std::uint32_t>{0}));
}

TEST(Machine, PostponingCountsAgainstTheBudgetOnly) {
  Task task = make(make_plan(1));
  Change change;
  postpone_call(task, 0, kNow + seconds(10), kNow, kPolicy, change);
  EXPECT_EQ(task.progress.calls[0].attempts, 0U);
  EXPECT_EQ(task.progress.calls[0].state, CallState::waiting);
  postpone_call(task, 0, kNow + seconds(31), kNow + seconds(10), kPolicy, change);
  EXPECT_EQ(task.progress.calls[0].state, CallState::failed);
}

}  // namespace
}  // namespace darkroom::task
