// The machine's part about calls: sent, accepted, asked about, delivered, failed, tried again.
#include <algorithm>

#include "task/machine_parts.h"

namespace darkroom::task {
namespace {

using parts::add_event;

constexpr std::uint32_t kMostSaveFailures = 5;

milliseconds full_jitter(const RetryPolicy& policy, std::uint32_t attempts, double unit_random) {
  const std::uint32_t doublings = std::min<std::uint32_t>(attempts > 0 ? attempts - 1 : 0, 16);
  const milliseconds ceiling = std::min(policy.longest_delay, policy.first_delay * (std::int64_t{1} << doublings));
  return milliseconds(static_cast<std::int64_t>(unit_random * static_cast<double>(ceiling.count())));
}

// Whatever the vendor knew it by is of the past.
void forget_job(Call& call) {
  call.upstream_id.clear();
  call.key_tag.clear();
  call.accepted_at = {};
  call.polls = 0;
  call.save_failures = 0;
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

bool has_refused(const Call& call, std::uint32_t route) {
  return std::ranges::find(call.refused, route) != call.refused.end();
}

// The next one behind it; false if there is none.
bool to_next_route(const Task& task, Call& call) {
  for (std::uint32_t route = call.route + 1; route < task.plan.routes.size(); ++route) {
    if (has_refused(call, route)) continue;
    call.route = route;
    return true;
  }
  return false;
}

void try_elsewhere(const Task& task, Call& call, const CallFailure& failure, const RetryPolicy& policy, WallTime now) {
  --call.attempts;  // the route never worked on it
  if (failure.kind == CallFailure::Kind::next_route) call.refused.push_back(call.route);
  // A route before it was left for trouble that may be over, or for a rest.
  const std::vector<std::uint32_t> left = routes_for(task, call);
  if (++call.hops > policy.hops || left.empty()) {
    fail_call(call, failure.code);
    return;
  }
  call.route = left.front();
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
  // Repeated trouble on one route sends the next attempt to the following one, and so does a wish that cannot be
  // granted; the last route is repeated.
  const WallTime budget_ends = call.first_failed_at.value_or(now) + policy.budget;
  const bool is_too_long = failure.retry_after && now + *failure.retry_after > budget_ends;
  const bool has_moved = (call.attempts >= 2 || is_too_long) && to_next_route(task, call);
  milliseconds delay = full_jitter(policy, call.attempts, unit_random);
  if (failure.retry_after && !has_moved) delay = std::max(delay, *failure.retry_after);
  wait_or_fail(call, now + delay, failure.code, policy, now);
}

void decide_next(Task& task, std::uint32_t index, const CallFailure& failure, const RetryPolicy& policy,
                 double unit_random, WallTime now, Change& change) {
  Call& call = task.progress.calls[index];
  switch (failure.kind) {
    case CallFailure::Kind::final: fail_call(call, failure.code); break;
    case CallFailure::Kind::next_route:
    case CallFailure::Kind::next_key: try_elsewhere(task, call, failure, policy, now); break;
    case CallFailure::Kind::unknown:
      if (failure.can_look_up) {
        call.state = CallState::lost;
        call.failure = failure.code;
        call.due_at = now + kLookUpDelay;
        break;
      }
      parts::count_unknown(task, index, now, change);
      if (!task.plan.routes[call.route].repeat_unknown) {
        fail_call(call, failure.code);
        break;
      }
      [[fallthrough]];
    case CallFailure::Kind::retry: try_again(task, call, failure, policy, unit_random, now); break;
  }
  if (call.state != CallState::lost) forget_job(call);
}

}  // namespace

std::vector<std::uint32_t> routes_for(const Task& task, const Call& call) {
  const auto count = static_cast<std::uint32_t>(task.plan.routes.size());
  std::vector<std::uint32_t> routes;
  routes.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t route = (call.route + i) % count;
    if (!has_refused(call, route)) routes.push_back(route);
  }
  return routes;
}

void recover(Task& task, WallTime now, const RetryPolicy& policy, double unit_random,
             const std::function<bool(const Route&)>& can_look_up, Change& change) {
  for (std::uint32_t i = 0; i < task.progress.calls.size(); ++i) {
    const Call& call = task.progress.calls[i];
    if (call.state != CallState::in_flight) continue;
    CallFailure lost;
    lost.kind = CallFailure::Kind::unknown;
    lost.code = Code::provider_submit_failed;
    lost.can_look_up = can_look_up(task.plan.routes[call.route]);
    lost.detail = "restarted while the call was in flight";
    call_failed(task, i, lost, policy, unit_random, now, change);
  }
}

void begin_calls(Task& task, const std::vector<std::uint32_t>& calls, const std::vector<std::string>& key_tags,
                 WallTime now, Change& change) {
  DR_CHECK(!calls.empty() && calls.size() == key_tags.size());
  parts::move_to(task, State::submitting);
  if (!task.progress.began_at) task.progress.began_at = now;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    Call& call = task.progress.calls.at(calls[i]);
    DR_CHECK(call.state == CallState::waiting);
    call.state = CallState::in_flight;
    call.key_tag = key_tags[i];
    ++call.attempts;
    add_event(task, "started",
              {{"call", calls[i]}, {"attempt", call.attempts}, {"upstream", task.plan.routes[call.route].upstream}},
              now, change);
  }
}

void pass_over(Task& task, std::uint32_t index, std::uint32_t route, WallTime now, Change& change) {
  Call& call = task.progress.calls.at(index);
  DR_CHECK(call.state == CallState::waiting && route < task.plan.routes.size() && !has_refused(call, route));
  call.route = route;
  add_event(task, "rerouted", {{"call", index}, {"upstream", task.plan.routes[route].upstream}}, now, change);
}

void postpone_call(Task& task, std::uint32_t index, WallTime until, WallTime now, const RetryPolicy& policy,
                   Change& change) {
  Call& call = task.progress.calls.at(index);
  DR_CHECK(call.state == CallState::waiting);
  wait_or_fail(call, until, call.failure.value_or(Code::provider_submit_failed), policy, now);
  add_event(task, "postponed", {{"call", index}, {"until", to_millis(until)}}, now, change);
}

void pace_call(Task& task, std::uint32_t index, WallTime until) {
  Call& call = task.progress.calls.at(index);
  DR_CHECK(call.state == CallState::waiting);
  call.due_at = until;
}

void call_accepted(Task& task, std::uint32_t index, std::string upstream_id, WallTime poll_at, WallTime now,
                   Change& change) {
  Call& call = task.progress.calls.at(index);
  DR_CHECK(call.state == CallState::in_flight || call.state == CallState::lost);
  call.state = CallState::accepted;
  call.failure.reset();
  call.upstream_id = std::move(upstream_id);
  call.accepted_at = now;
  call.polls = 0;
  call.due_at = poll_at;
  add_event(task, "running",
            {{"call", index}, {"attempt", call.attempts}, {"upstream", task.plan.routes[call.route].upstream}}, now,
            change);
}

void ask_again(Task& task, std::uint32_t index, WallTime when) {
  Call& call = task.progress.calls.at(index);
  DR_CHECK(call.state == CallState::accepted || call.state == CallState::lost);
  ++call.polls;
  call.due_at = when;
}

void begin_saving(Task& task, std::uint32_t index, WallTime now, Change& change) {
  DR_CHECK(task.progress.calls.at(index).state == CallState::accepted);
  parts::move_to(task, State::saving);
  add_event(task, "saving", {{"call", index}}, now, change);
}

void saving_failed(Task& task, std::uint32_t index, std::string detail, WallTime ask_again_at, WallTime now,
                   Change& change) {
  Call& call = task.progress.calls.at(index);
  DR_CHECK(call.state == CallState::accepted);
  call.due_at = ask_again_at;
  if (++call.save_failures >= kMostSaveFailures) {
    fail_call(call, Code::provider_failed);
    parts::count_unknown(task, index, now, change);  // the vendor made it, and we never got it
    forget_job(call);
  }
  add_event(task, "saving", {{"call", index}, {"error", info(Code::provider_failed).name}, {"detail", detail}}, now,
            change);
}

void call_delivered(Task& task, std::uint32_t index, std::vector<Output> outputs, WallTime now, Change& change) {
  Call& call = task.progress.calls.at(index);
  DR_CHECK(call.state == CallState::in_flight || call.state == CallState::accepted);
  call.state = CallState::delivered;
  call.failure.reset();
  forget_job(call);
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
  DR_CHECK(parts::is_out(call));
  const std::uint32_t attempt = call.attempts;
  const std::string upstream = task.plan.routes[call.route].upstream;
  decide_next(task, index, failure, policy, unit_random, now, change);
  if (call.state == CallState::failed) task.progress.problem = failure.problem;
  json::object data = {{"call", index},
                       {"attempt", attempt},
                       {"upstream", upstream},
                       {"outcome", failure.kind == CallFailure::Kind::unknown ? "unknown" : "failed"},
                       {"error", info(failure.code).name},
                       {"detail", failure.detail}};
  if (failure.upstream_status != 0) data["status"] = failure.upstream_status;
  if (call.state == CallState::waiting) data["next_try_in_ms"] = (call.due_at - now).count();
  add_event(task, "attempt", std::move(data), now, change);
}

}  // namespace darkroom::task
