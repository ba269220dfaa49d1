#include "task/machine.h"

#include <algorithm>
#include <array>

#include "base/json_pen.h"
#include "task/machine_parts.h"

namespace darkroom::task {
namespace {

constexpr std::size_t kStates = 7;

// Row: from, column: to. docs/TASK_STATES.md is the picture of this table.
constexpr std::array<std::array<bool, kStates>, kStates> kAllowed = {{
    // queued submitting running saving completed failed cancelled
    {true, true, false, false, true, true, true},       // queued: completed when the cap cuts off what still waited
    {true, true, true, true, true, true, true},         // submitting
    {true, true, true, true, true, true, true},         // running: completed when the cap cuts off the last of several
    {true, true, true, true, true, true, true},         // saving
    {false, false, false, false, false, false, false},  // completed
    {false, false, false, false, false, false, false},  // failed
    {false, false, false, false, false, false, false},  // cancelled
}};

}  // namespace

namespace parts {

void move_to(Task& task, State state) {
  DR_CHECK(kAllowed[static_cast<std::size_t>(task.state)][static_cast<std::size_t>(state)]);
  task.state = state;
}

void add_event(Task& task, std::string type, json::object data, WallTime now, Change& change) {
  change.events.push_back({task.id, task.event_count++, now, std::move(type), json::print(data)});
}

ledger::Entry make_entry(const Task& task, ledger::Kind kind, std::uint32_t number, MicroCredits amount, WallTime now) {
  ledger::Entry entry;
  entry.ref = task.id.bytes;
  entry.kind = kind;
  entry.number = number;
  entry.account = task.account;
  entry.book = task.book;
  entry.amount = amount;
  entry.at = now;
  return entry;
}

void count_unknown(Task& task, std::uint32_t index, WallTime now, Change& change) {
  Call& call = task.progress.calls[index];
  ++call.unknowns;
  const MicroCredits cost = task.plan.routes[call.route].call_cost;
  if (cost.count() == 0) return;
  // Unique for the task: no call has more attempts than kNumberStride.
  constexpr std::uint32_t kNumberStride = 1000;
  const std::uint32_t number = index * kNumberStride + call.attempts + call.hops;
  change.entries.push_back(make_entry(task, ledger::Kind::upstream_loss, number, cost, now));
}

}  // namespace parts

namespace {

using parts::add_event;
using parts::checked;
using parts::is_out;
using parts::make_entry;
using parts::move_to;

// Of one delivered output: its price, or of a film that came out shorter than what was paid for its share by seconds.
MicroCredits price_of(const Plan& plan, const Output& output) {
  const std::int64_t seconds = (output.duration_milliseconds + 500) / 1000;
  if (plan.billed_seconds == 0 || output.duration_milliseconds == 0 || seconds >= plan.billed_seconds) {
    return plan.unit_price;
  }
  return MicroCredits::from_count(plan.unit_price.count() / plan.billed_seconds * seconds);
}

// What was delivered is worth; never more than was asked for.
MicroCredits price_of_delivered(const Task& task) {
  MicroCredits sum;
  for (const Call& call : task.progress.calls) {
    if (call.state != CallState::delivered) continue;
    std::uint32_t results = 0;
    for (const Output& output : call.outputs) {
      if (output.role != OutputRole::result || ++results > task.plan.outputs_per_call) continue;
      sum = checked(sum.plus(price_of(task.plan, output)));
    }
  }
  return sum;
}

// Results, over all calls.
std::int64_t delivered_count(const Task& task) {
  return static_cast<std::int64_t>(outputs_of(task, OutputRole::result).size());
}

// The task's reason is the last failed call's; a content refusal outranks the rest, since repeating cannot help.
Code failure_of(const Task& task) {
  Code code = Code::provider_failed;
  for (const Call& call : task.progress.calls) {
    if (call.state != CallState::failed || !call.failure) continue;
    code = *call.failure;
    if (code == Code::content_policy) break;
  }
  return code;
}

Finish outcome(const Task& task, Code if_nothing) {
  if (delivered_count(task) > 0) return Finish{State::completed, {}};
  return Finish{State::failed, if_nothing};
}

void settle(Task& task, MicroCredits captured, WallTime now, Change& change) {
  task.captured = captured;
  if (captured.count() > 0) change.entries.push_back(make_entry(task, ledger::Kind::capture, 0, captured, now));
  const MicroCredits rest = checked(task.hold.minus(captured));
  if (rest.count() > 0) change.entries.push_back(make_entry(task, ledger::Kind::release, 0, rest, now));
}

// What is out upstream when the task ends may still be billed to the operator.
void give_up_calls(Task& task, WallTime now, Change& change) {
  for (std::uint32_t i = 0; i < task.progress.calls.size(); ++i) {
    if (is_out(task.progress.calls[i])) parts::count_unknown(task, i, now, change);
  }
}

void end_task(Task& task, State state, WallTime now) {
  move_to(task, state);
  task.leased = false;
  task.ended_at = now;
  task.due_at = now;
}

}  // namespace

WallTime cap_of(const Task& task, WallTime now) {
  return task.progress.began_at.value_or(now) + seconds(task.plan.cap_seconds);
}

Task make_task(TaskId id, AccountId account, KeyId key, ledger::Book book, Plan plan, WallTime now) {
  DR_CHECK(!plan.routes.empty());
  DR_CHECK(plan.count > 0 && plan.outputs_per_call > 0);
  Task task;
  task.id = id;
  task.account = account;
  task.key = key;
  task.book = book;
  task.created_at = now;
  task.due_at = now;
  task.event_count = 1;
  const std::int64_t outputs = std::int64_t{plan.count} * plan.outputs_per_call;
  task.hold = checked(plan.unit_price.times(outputs));
  task.progress.references_ready = plan.reference_sources.empty();
  task.progress.calls.resize(plan.count);
  for (Call& call : task.progress.calls) call.due_at = now;
  task.plan = std::move(plan);
  return task;
}

ledger::Entry hold_of(const Task& task) { return make_entry(task, ledger::Kind::hold, 0, task.hold, task.created_at); }

Event first_event_of(const Task& task) {
  Pen pen;
  json::ObjectPen data(pen);
  data.number("hold_microcredits", task.hold.count());
  data.end();
  return {task.id, 0, task.created_at, "accepted", pen.take()};
}

Action next_action(const Task& task, WallTime now) {
  DR_CHECK(!is_ended(task.state));
  if (task.failure) return Finish{State::failed, task.failure};
  const WallTime cap = cap_of(task, now);
  if (now >= cap) return outcome(task, Code::provider_polling_timeout);
  if (task.plan.cancel_at && now >= *task.plan.cancel_at) return Cancel{};
  if (!task.progress.references_ready) return FetchReferences{};

  SubmitCalls submit;
  PollCalls poll;
  LookUpCalls look_up;
  std::optional<WallTime> earliest;
  for (std::uint32_t i = 0; i < task.progress.calls.size(); ++i) {
    const Call& call = task.progress.calls[i];
    if (call.state != CallState::waiting && call.state != CallState::accepted && call.state != CallState::lost)
      continue;
    earliest = std::min(earliest.value_or(call.due_at), call.due_at);
    if (call.due_at > now) continue;
    if (call.state == CallState::accepted) poll.calls.push_back(i);
    if (call.state == CallState::lost) look_up.calls.push_back(i);
    if (call.state == CallState::waiting) submit.calls.push_back(i);
  }
  if (!look_up.calls.empty()) return look_up;
  if (!poll.calls.empty()) return poll;
  if (!submit.calls.empty()) return submit;
  if (!earliest) return outcome(task, failure_of(task));
  const WallTime until = std::min(cap, task.plan.cancel_at.value_or(cap));
  return WaitUntil{std::min(std::max(*earliest, now + milliseconds(1)), until)};
}

void references_fetched(Task& task, std::vector<Reference> references, WallTime now, Change& change) {
  task.progress.references = std::move(references);
  task.progress.references_ready = true;
  add_event(task, "references", {{"count", task.progress.references.size()}}, now, change);
}

void references_failed(Task& task, Code code, std::string problem, WallTime now, Change& change) {
  task.failure = code;
  add_event(task, "references", {{"error", info(code).name}, {"detail", problem}}, now, change);
  task.progress.problem = std::move(problem);
}

void wait_until(Task& task, WallTime when, WallTime now, Change& change) {
  const bool at_a_vendor = std::ranges::any_of(task.progress.calls, is_out);
  move_to(task, at_a_vendor ? State::running : State::queued);
  task.due_at = when;
  task.leased = false;
  // A poll that is due says nothing to anybody.
  if (when > now && !at_a_vendor) add_event(task, "waiting", {{"until", to_millis(when)}}, now, change);
}

void finish(Task& task, const Finish& end, WallTime now, Change& change) {
  DR_CHECK(end.state == State::completed || end.state == State::failed);
  const std::int64_t delivered = end.state == State::completed ? delivered_count(task) : 0;
  DR_CHECK((end.state == State::completed) == (delivered > 0));
  give_up_calls(task, now, change);
  end_task(task, end.state, now);
  task.failure = end.failure;
  settle(task, delivered > 0 ? price_of_delivered(task) : MicroCredits(), now, change);
  json::object data = {{"captured_microcredits", task.captured.count()}, {"outputs", delivered}};
  if (end.failure) data["error"] = info(*end.failure).name;
  add_event(task, std::string(print(end.state)), std::move(data), now, change);
}

Cancelled cancel(Task& task, CancelRule rule, WallTime now, Change& change) {
  if (is_ended(task.state)) return Cancelled::ended_before;
  const auto was_sent = [](const Call& call) { return is_out(call) || call.state == CallState::delivered; };
  const std::int64_t sent = std::ranges::count_if(task.progress.calls, was_sent);
  if (sent > 0 && rule == CancelRule::refuse) {
    task.plan.cancel_at.reset();
    return Cancelled::refused;
  }
  give_up_calls(task, now, change);
  end_task(task, State::cancelled, now);
  task.failure = Code::task_cancelled;
  const std::int64_t charged = rule == CancelRule::charge ? sent * task.plan.outputs_per_call : 0;
  settle(task, checked(task.plan.unit_price.times(charged)), now, change);
  add_event(task, "cancelled", {{"captured_microcredits", task.captured.count()}}, now, change);
  return Cancelled::done;
}

}  // namespace darkroom::task
