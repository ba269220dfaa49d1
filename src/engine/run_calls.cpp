// The runner's part about calls: who may go, what is asked, and what each answer means for the task.
#include "base/log.h"
#include "engine/poll_pace.h"
#include "engine/run.h"
#include "store/checks.h"

namespace darkroom::engine {
namespace {

constexpr milliseconds kSlotRetry{1'000};
constexpr milliseconds kUnknownUpstreamRetry{10'000};
constexpr milliseconds kDrainedRetry{10'000};
constexpr milliseconds kQuestionDeadline{60'000};
constexpr milliseconds kTroubleRetry{5'000};  // after a question that had no answer, at least
constexpr milliseconds kBadKeyRetry{30'000};  // the job's own key was refused: only an operator can help
constexpr std::uint32_t kMostLookUps = 5;

using Outputs = std::vector<task::Output>;

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
  const milliseconds longest = ask == Ask::submit ? order.upstream->timeout : kQuestionDeadline;
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

// ---- submits

// Of these calls, those that may be sent now, each on its way; the others wait, within their retry budget.
std::vector<std::uint32_t> Run::find_ways(const std::vector<std::uint32_t>& calls) {
  std::vector<std::uint32_t> going;
  const WallTime now = engine_.now();
  for (const std::uint32_t call : calls) {
    const std::vector<std::uint32_t> routes = task::routes_for(task_, task_.progress.calls[call]);
    const Way way = find_way(
        routes.size(), [&](std::size_t i) { return engine_.limiter.gate(task_.plan.routes[routes[i]].upstream, now); });
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

bool Run::has_other_way(std::uint32_t call) const {
  const std::uint32_t own = task_.progress.calls[call].route;
  return std::ranges::any_of(task::routes_for(task_, task_.progress.calls[call]), [&](std::uint32_t route) {
    return route != own &&
           engine_.limiter.gate(task_.plan.routes[route].upstream, engine_.now()).state == Gate::State::open;
  });
}

std::vector<std::uint32_t> Run::admit(const std::vector<std::uint32_t>& calls, std::vector<std::size_t>& keys) {
  std::vector<std::uint32_t> admitted;
  const WallTime now = engine_.now();
  for (const std::uint32_t call : calls) {
    const Limiter::Admission admission = engine_.limiter.admit(route_of(call).upstream, now);
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
  rest_keys(ended, now);
  engine_.limiter.report(ended.upstream, ended.outcome.signal, now);
  if (auto* outputs = std::get_if<Outputs>(&ended.outcome.result)) {
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

// ---- questions about jobs that a vendor has

// Of these calls, those whose upstream is still known; the others wait for an operator to bring it back.
std::vector<std::uint32_t> Run::pick_known(const std::vector<std::uint32_t>& calls) {
  std::vector<std::uint32_t> known;
  for (const std::uint32_t call : calls) {
    if (engine_.limiter.find(route_of(call).upstream) != nullptr) {
      known.push_back(call);
    } else {
      task::ask_again(task_, call, engine_.now() + kUnknownUpstreamRetry);
    }
  }
  return known;
}

Run::Box Run::ask_all(Ask ask, const std::vector<std::uint32_t>& calls) {
  Box box = std::make_shared<Mailbox<Ended>>(engine_.parts.loop);
  for (const std::uint32_t call : calls) {
    const std::size_t key = engine_.limiter.find_key(route_of(call).upstream, task_.progress.calls[call].key_tag);
    engine_.scope.spawn(ask_one(engine_, make_order(ask, call, key), box));
  }
  return box;
}

WallTime Run::next_question(const task::Call& call, const Ended& ended) const {
  const WallTime now = engine_.now();
  const milliseconds age = call.state == task::CallState::accepted ? now - call.accepted_at : milliseconds(0);
  const auto typical = engine_.job_medians.median(ended.upstream + "/" + route_of(ended.call).wire_model);
  milliseconds wait = next_poll(age, typical, engine_.parts.random.unit());
  if (const auto* again = std::get_if<AskAgain>(&ended.outcome.result)) {
    wait = std::max(wait, again->after.value_or(milliseconds(0)));
    if (!again->trouble.empty()) wait = std::max(wait, kTroubleRetry);
  }
  if (ended.outcome.key_is_bad) wait = std::max(wait, kBadKeyRetry);
  return now + wait;
}

Async<bool> Run::poll(std::vector<std::uint32_t> calls) {
  if (const bool saved = co_await save_decisions(); !saved) co_return false;
  calls = pick_known(calls);
  Box box = ask_all(Ask::poll, calls);
  std::vector<Ended> finished;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    Ended ended = co_await box->next();
    take_poll(std::move(ended), finished);
  }
  if (engine_.cutting) co_return false;
  if (finished.empty()) co_return true;
  co_return co_await save_outputs(std::move(finished));
}

void Run::take_poll(Ended ended, std::vector<Ended>& finished) {
  if (std::holds_alternative<std::shared_ptr<FinishedJob>>(ended.outcome.result)) {
    const task::Call& call = task_.progress.calls[ended.call];
    // A job that its first question finds done may have been done long before. What is told of it then is less than half
    // of the typical time, so that a median that has become too long falls soon; one that is right has such jobs below
    // it anyway, and stays.
    const double age_seconds = static_cast<double>((engine_.now() - call.accepted_at).count()) / 1000.0;
    const double took_seconds = call.polls == 0 ? age_seconds / 2 : age_seconds;
    engine_.job_medians.add(ended.upstream + "/" + route_of(ended.call).wire_model, took_seconds);
    finished.push_back(std::move(ended));
    return;
  }
  const auto* failure = std::get_if<task::CallFailure>(&ended.outcome.result);
  if (failure != nullptr && failure->code != Code::cancelled) {
    take_failure(std::move(ended));
    drop_slots();
    return;
  }
  if (const auto* again = std::get_if<AskAgain>(&ended.outcome.result)) tell_polled(ended, *again);
  task::ask_again(task_, ended.call, next_question(task_.progress.calls[ended.call], ended));
}

Async<bool> Run::save_outputs(std::vector<Ended> finished) {
  for (const Ended& ended : finished) task::begin_saving(task_, ended.call, engine_.now(), change_);
  if (const bool saved = co_await save(); !saved) co_return false;
  Box box = std::make_shared<Mailbox<Ended>>(engine_.parts.loop);
  for (Ended& ended : finished) {
    auto job = std::move(std::get<std::shared_ptr<FinishedJob>>(ended.outcome.result));
    engine_.scope.spawn(save_one(engine_, make_order(Ask::poll, ended.call, ended.key), std::move(job), box));
  }
  for (std::size_t i = 0; i < finished.size(); ++i) {
    Ended ended = co_await box->next();
    take_saved(std::move(ended));
  }
  co_return !engine_.cutting;
}

void Run::take_saved(Ended ended) {
  const WallTime now = engine_.now();
  if (auto* outputs = std::get_if<Outputs>(&ended.outcome.result)) {
    tell_delivered(ended, now - task_.progress.calls[ended.call].accepted_at);
    task::call_delivered(task_, ended.call, std::move(*outputs), now, change_);
  } else if (const auto* failure = std::get_if<task::CallFailure>(&ended.outcome.result);
             failure != nullptr && failure->code != Code::cancelled) {
    take_failure(std::move(ended));
  } else if (auto* again = std::get_if<AskAgain>(&ended.outcome.result)) {
    tell_not_saved(ended, *again);
    const WallTime when = next_question(task_.progress.calls[ended.call], ended);
    task::saving_failed(task_, ended.call, std::move(again->trouble), when, now, change_);
  }
  drop_slots();
}

Async<bool> Run::look_up(std::vector<std::uint32_t> calls) {
  if (const bool saved = co_await save_decisions(); !saved) co_return false;
  calls = pick_known(calls);
  Box box = ask_all(Ask::look_up, calls);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    Ended ended = co_await box->next();
    take_look_up(std::move(ended));
  }
  co_return !engine_.cutting;
}

void Run::take_look_up(Ended ended) {
  const WallTime now = engine_.now();
  const task::Call& call = task_.progress.calls[ended.call];
  if (auto* found = std::get_if<JobAccepted>(&ended.outcome.result)) {
    log::info("lost_job_found", {{"task", task_.id.text()}, {"upstream", ended.upstream}});
    const WallTime first = next_question(call, ended);
    task::call_accepted(task_, ended.call, std::move(found->upstream_id), first, now, change_);
    return;
  }
  const bool is_absent = std::holds_alternative<JobAbsent>(ended.outcome.result);
  const bool is_unclear = std::holds_alternative<JobUnclear>(ended.outcome.result) || call.polls + 1 >= kMostLookUps;
  if (!is_absent && !is_unclear) {
    task::ask_again(task_, ended.call, next_question(call, ended));
    return;
  }
  task::CallFailure failure;
  failure.kind = is_absent ? task::CallFailure::Kind::retry : task::CallFailure::Kind::unknown;
  failure.code = call.failure.value_or(Code::provider_submit_failed);
  failure.detail = is_absent ? "the vendor does not have the job" : "whether the vendor has the job cannot be known";
  ended.outcome.result = std::move(failure);
  take_failure(std::move(ended));
  drop_slots();
}

}  // namespace darkroom::engine
