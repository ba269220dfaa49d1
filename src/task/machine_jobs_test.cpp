// The machine's rules for jobs of asynchronous vendors, and for cancelling.
#include <gtest/gtest.h>

#include "task/machine.h"

namespace darkroom::task {
namespace {

const WallTime kNow = from_millis(1'735'000'000'000);
const RetryPolicy kPolicy;
const MicroCredits kPrice = MicroCredits::from_count(8'000'000);
const MicroCredits kCallCost = MicroCredits::from_count(1'000);

Plan make_plan(std::uint32_t count) {
  Plan plan;
  plan.model = "model";
  plan.kind = "video";
  plan.prompt = "a fox";
  plan.count = count;
  plan.unit_price = kPrice;
  plan.billed_seconds = 8;
  plan.routes = {{"up", "wire", false, kCallCost}};
  return plan;
}

Task make(Plan plan) {
  SeededRandom random(1);
  return make_task(TaskId::make(kNow, random), AccountId{}, KeyId{}, ledger::Book::live, std::move(plan), kNow);
}

Output film(std::int64_t milliseconds_long) {
  Output output;
  output.blob = "tasks/x/0.mp4";
  output.duration_milliseconds = milliseconds_long;
  return output;
}

CallFailure failure(CallFailure::Kind kind, Code code = Code::provider_failed) {
  CallFailure made;
  made.kind = kind;
  made.code = code;
  return made;
}

// One call that a vendor has accepted, to be polled ten seconds later.
Task at_vendor(Plan plan = make_plan(1)) {
  Task task = make(std::move(plan));
  Change change;
  begin_calls(task, {0}, {"k1"}, kNow, change);
  call_accepted(task, 0, "job-1", kNow + seconds(10), kNow, change);
  return task;
}

TEST(MachineJobs, AnAcceptedCallWaitsForItsPollAndTheTaskRuns) {
  Task task = at_vendor();
  const Action action = next_action(task, kNow);
  ASSERT_TRUE(std::holds_alternative<WaitUntil>(action));
  EXPECT_EQ(std::get<WaitUntil>(action).when, kNow + seconds(10));
  Change change;
  wait_until(task, kNow + seconds(10), kNow, change);
  EXPECT_EQ(task.state, State::running);
  EXPECT_FALSE(task.leased);
  EXPECT_EQ(task.progress.calls[0].key_tag, "k1");
  EXPECT_TRUE(std::holds_alternative<PollCalls>(next_action(task, kNow + seconds(10))));
}

TEST(MachineJobs, ACrashNeverSubmitsAnAcceptedCallAgain) {
  Task task = at_vendor();
  Change change;
  recover(task, kNow, kPolicy, 0, [](const Route&) { return true; }, change);
  EXPECT_EQ(task.progress.calls[0].state, CallState::accepted);
  EXPECT_TRUE(std::holds_alternative<PollCalls>(next_action(task, kNow + seconds(10))));
  EXPECT_TRUE(change.events.empty());
}

TEST(MachineJobs, PollsGoOnUntilTheCap) {
  Task task = at_vendor();
  const WallTime cap = cap_of(task, kNow);
  WallTime now = kNow;
  while (now < cap) {
    now += seconds(60);
    if (std::holds_alternative<PollCalls>(next_action(task, now))) ask_again(task, 0, now + seconds(60));
  }
  const Action action = next_action(task, cap);
  ASSERT_TRUE(std::holds_alternative<Finish>(action));
  EXPECT_EQ(std::get<Finish>(action).failure, Code::provider_polling_timeout);
  Change change;
  finish(task, std::get<Finish>(action), cap, change);
  EXPECT_EQ(task.captured.count(), 0);
  EXPECT_EQ(task.progress.calls[0].unknowns, 1U);  // the vendor may bill what nobody waits for any more
  ASSERT_EQ(change.entries.size(), 2U);
  EXPECT_EQ(change.entries[0].kind, ledger::Kind::upstream_loss);
  EXPECT_EQ(change.entries[1].kind, ledger::Kind::release);
}

TEST(MachineJobs, AJobThatFailedOfItselfIsSubmittedAgain) {
  Task task = at_vendor();
  Change change;
  call_failed(task, 0, failure(CallFailure::Kind::retry), kPolicy, 0, kNow + seconds(60), change);
  const Call& call = task.progress.calls[0];
  EXPECT_EQ(call.state, CallState::waiting);
  EXPECT_TRUE(call.upstream_id.empty());
  EXPECT_TRUE(call.key_tag.empty());
  EXPECT_TRUE(std::holds_alternative<SubmitCalls>(next_action(task, kNow + seconds(60))));
}

struct LostRow {
  const char* what;
  bool found, absent;
  CallState after;
  std::uint32_t unknowns;
};

TEST(MachineJobs, ALostSubmitIsLookedUpFirst) {
  const LostRow rows[] = {{"found", true, false, CallState::accepted, 0},
                          {"absent", false, true, CallState::waiting, 0},
                          {"unclear, on a route that must not repeat", false, false, CallState::failed, 1}};
  for (const LostRow& row : rows) {
    SCOPED_TRACE(row.what);
    Task task = make(make_plan(1));
    Change change;
    begin_calls(task, {0}, {"k1"}, kNow, change);
    CallFailure lost = failure(CallFailure::Kind::unknown, Code::provider_submit_failed);
    lost.can_look_up = true;
    call_failed(task, 0, lost, kPolicy, 0, kNow, change);
    ASSERT_EQ(task.progress.calls[0].state, CallState::lost);
    EXPECT_EQ(task.progress.calls[0].key_tag, "k1");
    EXPECT_TRUE(std::holds_alternative<WaitUntil>(next_action(task, kNow)));
    const WallTime later = kNow + kLookUpDelay;
    ASSERT_TRUE(std::holds_alternative<LookUpCalls>(next_action(task, later)));
    if (row.found) {
      call_accepted(task, 0, "job-1", later, later, change);
    } else {
      const auto kind = row.absent ? CallFailure::Kind::retry : CallFailure::Kind::unknown;
      call_failed(task, 0, failure(kind), kPolicy, 0, later, change);
    }
    EXPECT_EQ(task.progress.calls[0].state, row.after);
    EXPECT_EQ(task.progress.calls[0].unknowns, row.unknowns);
  }
}

TEST(MachineJobs, OutputsThatCannotBeFetchedAreAskedForFiveTimes) {
  Task task = at_vendor();
  Change change;
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(task.progress.calls[0].state, CallState::accepted) << i;
    begin_saving(task, 0, kNow, change);
    EXPECT_EQ(task.state, State::saving);
    saving_failed(task, 0, "404", kNow + seconds(5), kNow, change);
  }
  EXPECT_EQ(task.progress.calls[0].state, CallState::failed);
  EXPECT_EQ(task.progress.calls[0].unknowns, 1U);
}

TEST(MachineJobs, AFilmIsPaidByTheSecondsThatCame) {
  struct Row {
    std::int64_t milliseconds_long;
    std::int64_t captured;
  };
  for (const Row& row : {Row{8'000, 8'000'000}, Row{8'400, 8'000'000}, Row{7'600, 8'000'000}, Row{5'040, 5'000'000},
                         Row{9'000, 8'000'000}, Row{0, 8'000'000}}) {
    Task task = at_vendor();
    Change change;
    begin_saving(task, 0, kNow, change);
    call_delivered(task, 0, {film(row.milliseconds_long)}, kNow, change);
    finish(task, Finish{State::completed, {}}, kNow, change);
    EXPECT_EQ(task.captured.count(), row.captured) << row.milliseconds_long;
  }
}

TEST(MachineJobs, ACallOfSeveralOutputsHoldsAllAndCapturesThoseThatCame) {
  Plan plan = make_plan(1);
  plan.outputs_per_call = 3;
  plan.billed_seconds = 0;
  Task task = at_vendor(std::move(plan));
  EXPECT_EQ(task.hold.count(), 3 * kPrice.count());
  Output frame;
  frame.role = OutputRole::last_frame;
  Change change;
  call_delivered(task, 0, {film(0), film(0), frame}, kNow, change);
  finish(task, Finish{State::completed, {}}, kNow, change);
  EXPECT_EQ(task.captured.count(), 2 * kPrice.count());
}

struct CancelRow {
  const char* what;
  bool sent;
  CancelRule rule;
  Cancelled result;
  std::int64_t captured;
};

TEST(MachineJobs, CancellingByTheRule) {
  const CancelRow rows[] = {
      {"not sent, free", false, CancelRule::free, Cancelled::done, 0},
      {"not sent, charge", false, CancelRule::charge, Cancelled::done, 0},
      {"not sent, refuse", false, CancelRule::refuse, Cancelled::done, 0},
      {"sent, free", true, CancelRule::free, Cancelled::done, 0},
      {"sent, charge", true, CancelRule::charge, Cancelled::done, 8'000'000},
      {"sent, refuse", true, CancelRule::refuse, Cancelled::refused, 0},
  };
  for (const CancelRow& row : rows) {
    SCOPED_TRACE(row.what);
    Task task = row.sent ? at_vendor(make_plan(2)) : make(make_plan(2));
    Change change;
    EXPECT_EQ(cancel(task, row.rule, kNow, change), row.result);
    if (row.result != Cancelled::done) {
      EXPECT_EQ(task.state, State::submitting);
      continue;
    }
    EXPECT_EQ(task.state, State::cancelled);
    EXPECT_EQ(task.captured.count(), row.captured);
    EXPECT_EQ(task.progress.calls[0].unknowns, row.sent ? 1U : 0U);
    EXPECT_EQ(cancel(task, row.rule, kNow, change), Cancelled::ended_before);
  }
}

TEST(MachineJobs, TheCallersOwnDeadlineCancels) {
  Plan plan = make_plan(1);
  plan.cancel_at = kNow + seconds(5);
  Task task = at_vendor(std::move(plan));
  const Action waits = next_action(task, kNow);
  ASSERT_TRUE(std::holds_alternative<WaitUntil>(waits));
  EXPECT_EQ(std::get<WaitUntil>(waits).when, kNow + seconds(5));
  EXPECT_TRUE(std::holds_alternative<Cancel>(next_action(task, kNow + seconds(5))));
  Change change;
  EXPECT_EQ(cancel(task, CancelRule::refuse, kNow + seconds(5), change), Cancelled::refused);
  EXPECT_TRUE(std::holds_alternative<WaitUntil>(next_action(task, kNow + seconds(5))));
}

}  // namespace
}  // namespace darkroom::task
