#include "task/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/json_pen.h"

namespace darkroom::task {
namespace {

constexpr std::size_t kStates = 7;

// Row: from, column: to. docs/TASK_STATES.md is the picture of this table.
constexpr std::array<std::array<bool, kStates>, kStates> kAllowed = {{
    // queued submitting running saving completed failed cancelled
    {true, true, false, false, true, true, true},       // queued: completed when the cap cuts off what still waited
    {true, true, true, true, true, true, true},         // submitting
    {true, false, true, true, false, true, true},       // running
    {true, false, false, true, true, true, true},       // saving
    {false, false, false, false, false, false, false},  // completed
    {false, false, false, false, false, false, false},  // failed
    {false, false, false, false, false, false, false},  // cancelled
}};

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

MicroCredits checked(std::optional<MicroCredits> amount) {
  DR_CHECK(amount.has_value());
  return *amount;
}

std::int64_t delivered_count(const Task& task) {
  return std::ranges::count(task.progress.calls, CallState::delivered, &Call::state);
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

milliseconds full_jitter(const RetryPolicy& policy, std::uint32_t attempts, double unit_random) {
  const std::uint32_t doublings = std::min<std::uint32_t>(attempts > 0 ? attempts - 1 : 0, 16);
  const milliseconds ceiling = std::min(policy.longest_delay, policy.first_delay * (std::int64_t{1} << doublings));
  return milliseconds(static_cast<std::int64_t>(unit_random * static_cast<double>(ceiling.count())));
}

void fail_call(Call& call, Code code) {
  call.state = CallState::failed;
  call.failure = code;
}

// The call waits, if its retry budget reaches that far; else it has failed with `code`.
void wait_or_fail(Call& call, WallTime when, Code code, const RetryPolicy& policy, WallTime now) {
  if (!call.first_failed_at) call.first_failed_at = now;
  if (when > *call.first_failed_at + policy.budget) {
    fail_call(call, code);
    return;
  }
  call.state = CallState::waiting;
  call.failure = code;
  call.due_at = when;
}

bool to_next_route(const Task& task, Call& call) {
  if (call.route + 1 >= task.plan.routes.size()) return false;
  ++call.route;
  return true;
}

void try_elsewhere(const Task& task, Call& call, const CallFailure& failure, const RetryPolicy& policy, WallTime now) {
  --call.attempts;  // the route never worked on it
  const bool elsewhere = failure.kind == CallFailure::Kind::next_key || to_next_route(task, call);
  if (++call.hops > policy.hops || !elsewhere) {
    fail_call(call, failure.code);
    return;
  }
  wait_or_fail(call, now, failure.code, policy, now);
}

void try_again(const Task& task, Call& call, const CallFailure& failure, const RetryPolicy& policy, double unit_random,
               WallTime now) {
  const std::uint32_t most =
      failure.attempts_at_most > 0 ? std::min(failure.attempts_at_most, policy.attempts) : policy.attempts;
  if (call.attempts >= most) {
    fail_call(call, failure.code);
    return;
  }
  // Repeated trouble on one route sends the next attempt to the following one; the last route is repeated.
  if (call.attempts >= 2) to_next_route(task, call);
  milliseconds delay = full_jitter(policy, call.attempts, unit_random);
  if (failure.retry_after) delay = std::max(delay, *failure.retry_after);
  wait_or_fail(call, now + delay, failure.code, policy, now);
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

void settle(Task& task, MicroCredits captured, WallTime now, Change& change) {
  task.captured = captured;
  if (captured.count() > 0) change.entries.push_back(make_entry(task, ledger::Kind::capture, 0, captured, now));
  const MicroCredits rest = checked(task.hold.minus(captured));
  if (rest.count() > 0) change.entries.push_back(make_entry(task, ledger::Kind::release, 0, rest, now));
}

}  // namespace

WallTime cap_of(const Task& task, WallTime now) {
  return task.progress.began_at.value_or(now) + seconds(task.plan.cap_seconds);
}

Birth make_task(TaskId id, AccountId account, KeyId key, ledger::Book book, Plan plan, WallTime now) {
  DR_CHECK(!plan.routes.empty());
  DR_CHECK(plan.count > 0);
  Birth birth;
  Task& task = birth.task;
  task.id = id;
  task.account = account;
  task.key = key;
  task.book = book;
  task.created_at = now;
  task.due_at = now;
  task.hold = checked(plan.unit_price.times(plan.count));
  task.progress.references_ready = plan.reference_sources.empty();
  task.progress.calls.resize(plan.count);
  for (Call& call : task.progress.calls) call.due_at = now;
  task.plan = std::move(plan);
  Pen pen;
  json::ObjectPen data(pen);
  data.number("hold_microcredits", task.hold.count());
  data.end();
  birth.event = {task.id, task.event_count++, now, "accepted", pen.take()};
  birth.hold = make_entry(task, ledger::Kind::hold, 0, task.hold, now);
  return birth;
}

Action next_action(const Task& task, WallTime now, std::uint32_t slots) {
  DR_CHECK(!is_ended(task.state));
  if (task.failure) return Finish{State::failed, task.failure};
  const WallTime cap = cap_of(task, now);
  if (now >= cap) return outcome(task, Code::provider_polling_timeout);
  if (!task.progress.references_ready) return FetchReferences{};

  SubmitCalls submit;
  std::optional<WallTime> earliest;
  for (std::uint32_t i = 0; i < task.progress.calls.size(); ++i) {
    const Call& call = task.progress.calls[i];
    if (call.state != CallState::waiting) continue;
    if (call.due_at <= now && submit.calls.size() < slots) submit.calls.push_back(i);
    earliest = std::min(earliest.value_or(call.due_at), call.due_at);
  }
  if (!submit.calls.empty()) return submit;
  if (earliest) {
    return WaitUntil{std::min(std::max(*earliest, now + milliseconds(1)), cap)};
  }
  return outcome(task, failure_of(task));
}

void recover(Task& task, WallTime now, const RetryPolicy& policy, double unit_random, Change& change) {
  for (std::uint32_t i = 0; i < task.progress.calls.size(); ++i) {
    if (task.progress.calls[i].state != CallState::in_flight) continue;
    CallFailure lost;
    lost.kind = CallFailure::Kind::unknown;
    lost.code = Code::provider_submit_failed;
    lost.detail = "restarted while the call was in flight";
    call_failed(task, i, lost, policy, unit_random, now, change);
  }
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

void begin_calls(Task& task, const std::vector<std::uint32_t>& calls, WallTime now, Change& change) {
  DR_CHECK(!calls.empty());
  move_to(task, State::submitting);
  if (!task.progress.began_at) task.progress.began_at = now;
  for (const std::uint32_t index : calls) {
    Call& call = task.progress.calls.at(index);
    DR_CHECK(call.state == CallState::waiting);
    call.state = CallState::in_flight;
    ++call.attempts;
    add_event(task, "started",
              {{"call", index}, {"attempt", call.attempts}, {"upstream", task.plan.routes[call.route].upstream}}, now,
              change);
  }
}

void postpone_call(Task& task, std::uint32_t index, WallTime until, WallTime now, const RetryPolicy& policy,
                   Change& change) {
  Call& call = task.progress.calls.at(index);
  DR_CHECK(call.state == CallState::waiting);
  wait_or_fail(call, until, call.failure.value_or(Code::provider_submit_failed), policy, now);
  add_event(task, "postponed", {{"call", index}, {"until", to_millis(until)}}, now, change);
}

void call_delivered(Task& task, std::uint32_t index, std::vector<Output> outputs, WallTime now, Change& change) {
  Call& call = task.progress.calls.at(index);
  DR_CHECK(call.state == CallState::in_flight);
  call.state = CallState::delivered;
  call.failure.reset();
  std::uint64_t bytes = 0;
  for (const Output& output : outputs) bytes += output.size_bytes;
  json::object data = {{"call", index},
                       {"attempt", call.attempts},
                       {"upstream", task.plan.routes[call.route].upstream},
                       {"outcome", "delivered"},
                       {"bytes", bytes}};
  call.outputs = std::move(outputs);
  add_event(task, "attempt", std::move(data), now, change);
}

void call_failed(Task& task, std::uint32_t index, const CallFailure& failure, const RetryPolicy& policy,
                 double unit_random, WallTime now, Change& change) {
  Call& call = task.progress.calls.at(index);
  DR_CHECK(call.state == CallState::in_flight);
  const std::uint32_t attempt = call.attempts;
  const Route& route = task.plan.routes[call.route];
  const std::string upstream = route.upstream;
  switch (failure.kind) {
    case CallFailure::Kind::final: fail_call(call, failure.code); break;
    case CallFailure::Kind::next_route:
    case CallFailure::Kind::next_key: try_elsewhere(task, call, failure, policy, now); break;
    case CallFailure::Kind::unknown:
      count_unknown(task, index, now, change);
      if (!route.repeat_unknown) {
        fail_call(call, failure.code);
        break;
      }
      [[fallthrough]];
    case CallFailure::Kind::retry: try_again(task, call, failure, policy, unit_random, now); break;
  }
  json::object data = {{"call", index},
                       {"attempt", attempt},
                       {"upstream", upstream},
                       {"outcome", failure.kind == CallFailure::Kind::unknown ? "unknown" : "failed"},
                       {"error", info(failure.code).name},
                       {"detail", failure.detail}};
  if (call.state == CallState::waiting) data["next_try_in_ms"] = (call.due_at - now).count();
  add_event(task, "attempt", std::move(data), now, change);
}

void wait_until(Task& task, WallTime when, WallTime now, Change& change) {
  move_to(task, State::queued);
  task.due_at = when;
  task.leased = false;
  if (when > now) add_event(task, "waiting", {{"until", to_millis(when)}}, now, change);
}

void finish(Task& task, const Finish& end, WallTime now, Change& change) {
  DR_CHECK(end.state == State::completed || end.state == State::failed);
  const std::int64_t delivered = end.state == State::completed ? delivered_count(task) : 0;
  DR_CHECK((end.state == State::completed) == (delivered > 0));
  move_to(task, end.state);
  task.leased = false;
  task.ended_at = now;
  task.due_at = now;
  task.failure = end.failure;
  settle(task, checked(task.plan.unit_price.times(delivered)), now, change);
  json::object data = {{"captured_microcredits", task.captured.count()}, {"outputs", delivered}};
  if (end.failure) data["error"] = info(*end.failure).name;
  add_event(task, std::string(print(end.state)), std::move(data), now, change);
}

bool cancel(Task& task, WallTime now, Change& change) {
  if (is_ended(task.state)) return false;
  for (std::uint32_t i = 0; i < task.progress.calls.size(); ++i) {
    // What is under way upstream may still be billed to the operator.
    if (task.progress.calls[i].state == CallState::in_flight) count_unknown(task, i, now, change);
  }
  move_to(task, State::cancelled);
  task.leased = false;
  task.ended_at = now;
  task.due_at = now;
  task.failure = Code::task_cancelled;
  settle(task, MicroCredits(), now, change);
  add_event(task, "cancelled", {{"captured_microcredits", 0}}, now, change);
  return true;
}

}  // namespace darkroom::task
