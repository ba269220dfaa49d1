// The runner's part about calls of either kind: how one is made, what it occupies, and what its failure means.
#include "base/log.h"
#include "engine/run.h"

namespace darkroom::engine {
namespace {

constexpr milliseconds kQuestionDeadline{60'000};  // of a look-up, or a wish that a job be stopped

}  // namespace

CallOrder Run::make_order(Ask ask, std::uint32_t index, std::size_t key) const {
  const task::Call& call = task_.progress.calls[index];
  const task::Route& route = route_of(index);
  CallOrder order;
  order.ask = ask;
  order.task = task_.id;
  order.call = index;
  order.attempt = call.attempts;
  order.upstream = engine_.limiter.find(route.upstream);
  order.wire_model = route.wire_model;
  order.kind = task_.plan.kind;
  order.mode = task_.plan.mode;
  order.prompt = task_.plan.prompt;
  order.parameters = task_.plan.parameters;
  order.references = task_.progress.references;
  order.outputs = task_.plan.outputs_per_call;
  order.first_index = index * task_.plan.outputs_per_call;
  order.extra_index = (task_.plan.count + index) * task_.plan.outputs_per_call;
  order.upstream_id = call.upstream_id;
  order.key = key;
  const WallTime now = engine_.now();
  // The answer to a poll may carry the result itself.
  const bool may_be_long = ask == Ask::submit || ask == Ask::poll;
  const milliseconds longest = may_be_long ? order.upstream->timeout : kQuestionDeadline;
  // Not by the caller's own deadline: what becomes of a call in flight then is for the cancel to say, and its price.
  order.deadline = std::max(milliseconds(1'000), std::min(longest, task::cap_of(task_, now) - now));
  return order;
}

Async<void> Run::ask_one(Engine::State& engine, CallOrder order, Box box) {
  Ended ended;
  ended.call = order.call;
  ended.upstream = order.upstream->name;
  ended.key = order.key;
  ended.began = engine.parts.loop.now();
  ended.outcome = co_await engine.parts.caller.perform(std::move(order));
  box->put(std::move(ended));
}

Async<void> Run::save_one(Engine::State& engine, CallOrder order, std::shared_ptr<FinishedJob> job, Box box) {
  Ended ended;
  ended.call = order.call;
  ended.upstream = order.upstream->name;
  ended.key = order.key;
  ended.began = engine.parts.loop.now();
  ended.outcome = co_await engine.parts.caller.save(std::move(order), std::move(job));
  box->put(std::move(ended));
}

// A vendor's jobs from before this lease occupy what they did, and nothing else does.
void Run::hold_jobs() {
  drop_slots();
  for (std::uint32_t i = 0; i < task_.progress.calls.size(); ++i) {
    const task::Call& call = task_.progress.calls[i];
    const bool at_vendor = call.state == task::CallState::accepted || call.state == task::CallState::lost;
    if (!at_vendor) continue;
    const auto held = held_.slots.find(i);
    if (held != held_.slots.end() && held->second.upstream() == route_of(i).upstream) continue;
    held_.slots.insert_or_assign(i, engine_.limiter.occupy(route_of(i).upstream, call.key_tag));
  }
}

void Run::drop_slots() {
  std::erase_if(held_.slots, [this](const auto& entry) {
    if (entry.first >= task_.progress.calls.size()) return true;
    const task::CallState state = task_.progress.calls[entry.first].state;
    return state != task::CallState::in_flight && state != task::CallState::accepted && state != task::CallState::lost;
  });
}

// ---- what every answer may mean

bool Run::has_other_way(std::uint32_t call) const {
  const std::uint32_t own = task_.progress.calls[call].route;
  return std::ranges::any_of(task::routes_for(task_, task_.progress.calls[call]), [&](std::uint32_t route) {
    return route != own && gate_of(call, route).state == Gate::State::open;
  });
}

void Run::take_failure(Ended ended) {
  const WallTime now = engine_.now();
  CallOutcome& outcome = ended.outcome;
  task::CallFailure& failure = std::get<task::CallFailure>(outcome.result);
  if (failure.kind == task::CallFailure::Kind::next_route && outcome.key_is_bad &&
      engine_.limiter.has_other_key(ended.upstream, ended.key, now)) {
    failure.kind = task::CallFailure::Kind::next_key;
  }
  // The wish belongs to the key; it is the call's own where no other key and no other route could go instead.
  if (outcome.key_rest && !engine_.limiter.has_other_key(ended.upstream, ended.key, now) &&
      !has_other_way(ended.call)) {
    failure.retry_after = outcome.key_rest;
  }
  tell_failed(ended, failure);
  task::call_failed(task_, ended.call, failure, engine_.options.retry, engine_.parts.random.unit(), now, change_);
}

void Run::rest_keys(const Ended& ended, WallTime now) {
  if (ended.outcome.key_is_bad) {
    log::error("key_refused", {{"upstream", ended.upstream}, {"key", ended.key}});
    engine_.limiter.rest_key(ended.upstream, ended.key, now + kBadKeyRest);
  } else if (ended.outcome.key_rest) {
    engine_.limiter.rest_key(ended.upstream, ended.key, now + *ended.outcome.key_rest);
  }
}

}  // namespace darkroom::engine
