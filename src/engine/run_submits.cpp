// The runner's part about calls that wait to be sent: which may go, where to, and what their first answers mean.
#include "engine/run.h"
#include "store/checks.h"

namespace darkroom::engine {
namespace {

constexpr milliseconds kSlotRetry{1'000};
constexpr milliseconds kDrainedRetry{10'000};

}  // namespace

bool Run::is_repeat(std::uint32_t call) const { return task_.progress.calls[call].attempts > 0; }

Gate Run::gate_of(std::uint32_t call, std::uint32_t route) const {
  const std::string& upstream = task_.plan.routes[route].upstream;
  const WallTime now = engine_.now();
  return is_repeat(call) ? engine_.limiter.repeat_gate(upstream, now) : engine_.limiter.gate(upstream, now);
}

// Of these calls, those that may be sent now, each on its way; the others wait, within their retry budget.
std::vector<std::uint32_t> Run::find_ways(const std::vector<std::uint32_t>& calls) {
  std::vector<std::uint32_t> going;
  const WallTime now = engine_.now();
  for (const std::uint32_t call : calls) {
    const std::vector<std::uint32_t> routes = task::routes_for(task_, task_.progress.calls[call]);
    const Way way = find_way(routes.size(), [&](std::size_t i) { return gate_of(call, routes[i]); });
    if (way.kind == Way::Kind::go) {
      if (way.route > 0) task::pass_over(task_, call, routes[way.route], now, change_);
      going.push_back(call);
      continue;
    }
    if (way.kind == Way::Kind::hold) {
      task::pace_call(task_, call, now + kDrainedRetry);
      continue;
    }
    // The configuration may no longer have any of them: only the retry budget stands between this call and its failure.
    const WallTime until = way.kind == Way::Kind::wait ? way.until : now + kUnknownUpstreamRetry;
    task::postpone_call(task_, call, until, now, engine_.options.retry, change_);
  }
  return going;
}

std::vector<std::uint32_t> Run::admit(const std::vector<std::uint32_t>& calls, std::vector<std::size_t>& keys) {
  std::vector<std::uint32_t> admitted;
  const WallTime now = engine_.now();
  for (const std::uint32_t call : calls) {
    const Limiter::Admission admission = engine_.limiter.admit(route_of(call).upstream, now, is_repeat(call));
    if (admission.key) {
      admitted.push_back(call);
      keys.push_back(*admission.key);
    } else if (admission.turn_at) {
      task::pace_call(task_, call, *admission.turn_at);
    }
    // Else a sister has just become the one that tries it: this one's way is looked for anew.
  }
  return admitted;
}

// Slots at the upstream of one of these calls; the first that has any. A fail-over may have left us with another's.
bool Run::find_slots(const std::vector<std::uint32_t>& calls) {
  for (const std::uint32_t call : calls) {
    if (slots_.count() > 0 && slots_.upstream() == route_of(call).upstream) return true;
  }
  for (const std::uint32_t call : calls) {
    const std::string& upstream = route_of(call).upstream;
    const auto shared =
        std::ranges::count_if(calls, [&](std::uint32_t other) { return route_of(other).upstream == upstream; });
    slots_ = engine_.limiter.reserve(upstream, static_cast<std::uint32_t>(shared), &held_.waiter);
    if (slots_.count() > 0) return true;
  }
  return false;
}

// Of the first of these calls, unless it waits for one of them already.
void Run::join_line(const std::vector<std::uint32_t>& calls) {
  const auto is_for = [this](std::uint32_t call) { return held_.waiter.is_at(route_of(call).upstream); };
  if (!std::ranges::any_of(calls, is_for)) held_.waiter = engine_.limiter.wait(route_of(calls.front()).upstream);
}

Async<bool> Run::submit(std::vector<std::uint32_t> calls) {
  if (engine_.disk_is_full) {
    co_await wait_for(engine_.now());  // the dispatcher holds everything back until there is room
    co_return false;
  }
  calls = find_ways(calls);
  if (calls.empty()) {
    held_.waiter.leave();
    co_return true;
  }
  if (const bool found = find_slots(calls); !found) {
    // Due at once: the queue holds it back until there is room. A task that a vendor has is not in that queue: it
    // waits in the upstream's own line, and looks again.
    const bool at_vendor = store::queued(task_).at_vendor;
    if (at_vendor) join_line(calls);
    co_await wait_for(engine_.now() + (at_vendor ? kSlotRetry : milliseconds(0)));
    co_return false;
  }
  held_.waiter.leave();
  const std::string wanted = slots_.upstream();
  std::erase_if(calls, [&](std::uint32_t call) { return route_of(call).upstream != wanted; });
  calls.resize(std::min<std::size_t>(calls.size(), slots_.count()));
  std::vector<std::size_t> keys;
  calls = admit(calls, keys);
  if (calls.empty()) co_return true;
  std::vector<std::string> key_tags;
  for (const std::size_t key : keys) key_tags.push_back(engine_.limiter.tag(wanted, key));
  task::begin_calls(task_, calls, key_tags, engine_.now(), change_);
  for (std::size_t i = 0; i < calls.size(); ++i) held_.slots.insert_or_assign(calls[i], slots_.take(keys[i]));
  const bool saved = co_await save();
  // Whoever asked for an end meanwhile has found nothing to cut off.
  if (!saved || !cancels_.empty()) {
    engine_.limiter.report(wanted, Limiter::Signal::neutral, engine_.now());
    co_return saved;
  }

  Box box = std::make_shared<Mailbox<Ended>>(engine_.parts.loop);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    CallOrder order = make_order(Ask::submit, calls[i], keys[i]);
    engine_.scope.spawn(ask_one(engine_, std::move(order), box));
  }
  // A wish that came while the intent was being written found nothing to cut off.
  if (!cancels_.empty()) engine_.parts.caller.cancel(task_.id);
  co_return co_await collect(std::move(box), calls.size());
}

Async<bool> Run::collect(Box box, std::size_t in_flight) {
  bool whole = true;   // every answer has been taken into the task
  bool leased = true;  // the task is still ours
  for (; in_flight > 0; --in_flight) {
    Ended ended = co_await box->next();
    const auto* failure = std::get_if<task::CallFailure>(&ended.outcome.result);
    const bool is_cut = failure != nullptr && (engine_.cutting || failure->code == Code::cancelled);
    if (is_cut) {
      // Cut off, not failed: stays in flight, for the cancel to settle or for the next start to treat as unknown.
      engine_.limiter.report(ended.upstream, Limiter::Signal::neutral, engine_.now());
      whole = whole && !engine_.cutting;
      continue;
    }
    const bool is_worth_saving = failure == nullptr;
    take_submit(std::move(ended));
    // What a vendor has or gave becomes durable while its sisters are still on their way.
    if (leased && is_worth_saving && in_flight > 1) leased = co_await save();
  }
  if (leased && !whole) co_await save();
  co_return leased&& whole;
}

void Run::take_submit(Ended ended) {
  const WallTime now = engine_.now();
  if (ended.outcome.disk_failed) engine_.hold_for_room();
  rest_keys(ended, now);
  engine_.limiter.report(ended.upstream, ended.outcome.signal, now);
  if (auto* outputs = std::get_if<std::vector<task::Output>>(&ended.outcome.result)) {
    tell_delivered(ended, took(ended));
    task::call_delivered(task_, ended.call, std::move(*outputs), now, change_);
  } else if (auto* accepted = std::get_if<JobAccepted>(&ended.outcome.result)) {
    tell_accepted(ended);
    const WallTime first = next_question(task_.progress.calls[ended.call], ended);
    task::call_accepted(task_, ended.call, std::move(accepted->upstream_id), first, now, change_);
  } else {
    take_failure(std::move(ended));
  }
  drop_slots();
}

}  // namespace darkroom::engine
