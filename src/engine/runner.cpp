// The runner: one coroutine a claimed task. It asks task/machine for the next action, performs exactly that, stores the
// result, and goes on until the task waits or ends.
#include "engine/runner.h"

#include "base/log.h"
#include "engine/engine_state.h"
#include "engine/mailbox.h"

namespace darkroom::engine {
namespace {

constexpr milliseconds kSaveRetry{200};
constexpr milliseconds kSaveRetryLongest{5'000};
constexpr milliseconds kSlotRetry{100};

struct Ended {
  std::uint32_t call = 0;
  std::string upstream;
  std::size_t key = 0;
  SteadyTime began{};
  CallOutcome outcome;
};

// One task's life under one lease.
class Run {
 public:
  Run(Engine::State& engine, task::Task task, Limiter::Slots slots)
      : engine_(engine), task_(std::move(task)), slots_(std::move(slots)) {}

  Async<void> live();
  // After live(): the task waits and should be offered again.
  std::optional<store::QueuedTask> take_waiting() { return std::exchange(waiting_, std::nullopt); }

 private:
  // False: this lease is lost, somebody else has the task.
  Async<bool> save();
  // These two: false when the run must end here.
  Async<bool> fetch_references();
  Async<bool> submit(std::vector<std::uint32_t> calls);
  std::vector<std::uint32_t> admit(const std::vector<std::uint32_t>& calls, std::vector<std::size_t>& keys);
  CallOrder make_order(std::uint32_t call, std::size_t key) const;
  void take(Ended ended);
  Async<void> wait_for(WallTime when);
  Async<bool> collect(std::shared_ptr<Mailbox<Ended>> box, std::size_t in_flight);

  static Async<void> perform(Engine::State& engine, CallOrder order, std::shared_ptr<Mailbox<Ended>> box);

  Engine::State& engine_;
  task::Task task_;
  task::Change change_;  // what the machine has decided since the last save
  Limiter::Slots slots_;
  std::optional<store::QueuedTask> waiting_;
};

Async<bool> Run::save() {
  store::TaskUpdate update{task_, std::exchange(change_.events, {}), std::exchange(change_.entries, {})};
  milliseconds delay = kSaveRetry;
  for (;;) {
    store::TaskUpdate attempt = update;
    Result<void> saved = co_await await_on<Result<void>>(
        engine_.parts.loop, [&](auto done) { engine_.parts.store.update_task(std::move(attempt), std::move(done)); });
    if (saved) co_return true;
    log::warn("save_failed", {{"task", task_.id.text()}, {"error", saved.error().message}});
    const bool may_have_been_applied = saved.error().code == Code::store_failed;
    if (may_have_been_applied) {
      if (engine_.stopping) co_return false;
      co_await engine_.pause(delay);
      delay = std::min(delay * 2, kSaveRetryLongest);
    }
    // The answer of a commit can be lost, this one's or an earlier try's: look whether ours is there before repeating
    // it.
    using Found = Result<std::optional<task::Task>>;
    Found found = co_await await_on<Found>(
        engine_.parts.loop, [&](auto done) { engine_.parts.store.find_task(task_.id, std::move(done)); });
    if (!found) continue;
    if (!*found || (*found)->fence != task_.fence) co_return false;
    if ((*found)->event_count == task_.event_count) co_return true;
    if (!may_have_been_applied) co_return false;
  }
}

Async<void> Run::live() {
  task::recover(task_, engine_.now(), engine_.options.retry, engine_.parts.random.unit(), change_);
  for (;;) {
    task::Action action = task::next_action(task_, engine_.now(), std::max(1U, slots_.count()));
    if (std::holds_alternative<task::Finish>(action)) {
      task::finish(task_, std::get<task::Finish>(action), engine_.now(), change_);
      if (const bool saved = co_await save(); saved) engine_.note_ended(task_);
      co_return;
    }
    if (engine_.stopping) action = task::WaitUntil{engine_.now()};  // what has not begun is left to the next start
    if (auto* wait = std::get_if<task::WaitUntil>(&action)) {
      co_await wait_for(wait->when);
      co_return;
    }
    bool go_on = false;
    if (std::holds_alternative<task::FetchReferences>(action)) {
      go_on = co_await fetch_references();
    } else {
      go_on = co_await submit(std::move(std::get<task::SubmitCalls>(action).calls));
    }
    if (!go_on) co_return;
  }
}

Async<void> Run::wait_for(WallTime when) {
  task::wait_until(task_, when, engine_.now(), change_);
  if (const bool saved = co_await save(); saved) waiting_ = describe_queued(task_);
}

Async<bool> Run::fetch_references() {
  std::vector<task::ReferenceSource> sources = task_.plan.reference_sources;
  auto fetched = co_await engine_.parts.references.fetch(task_.id, std::move(sources));
  if (engine_.stopping) co_return false;
  if (fetched) {
    task::references_fetched(task_, std::move(*fetched), engine_.now(), change_);
  } else {
    task::references_failed(task_, Code::provider_failed, fetched.error().message, engine_.now(), change_);
  }
  co_return true;
}

std::vector<std::uint32_t> Run::admit(const std::vector<std::uint32_t>& calls, std::vector<std::size_t>& keys) {
  std::vector<std::uint32_t> admitted;
  const WallTime now = engine_.now();
  for (const std::uint32_t call : calls) {
    const std::string& upstream = task_.plan.routes[task_.progress.calls[call].route].upstream;
    if (engine_.limiter.find(upstream) == nullptr) {
      // The configuration no longer has it: only the retry budget stands between this call and its failure.
      task::postpone_call(task_, call, now + seconds(10), now, engine_.options.retry, change_);
      continue;
    }
    const Limiter::Admission admission = engine_.limiter.admit(upstream, now);
    if (!admission.key) {
      task::postpone_call(task_, call, admission.retry_at, now, engine_.options.retry, change_);
      continue;
    }
    admitted.push_back(call);
    keys.push_back(*admission.key);
  }
  return admitted;
}

CallOrder Run::make_order(std::uint32_t call, std::size_t key) const {
  const task::Route& route = task_.plan.routes[task_.progress.calls[call].route];
  CallOrder order;
  order.task = task_.id;
  order.call = call;
  order.attempt = task_.progress.calls[call].attempts;
  order.upstream = engine_.limiter.find(route.upstream);
  order.wire_model = route.wire_model;
  order.prompt = task_.plan.prompt;
  order.parameters = task_.plan.parameters;
  order.references = task_.progress.references;
  order.key = key;
  const auto left = task::cap_of(task_, engine_.now()) - engine_.now();
  order.deadline = std::max(milliseconds(1'000), std::min(order.upstream->timeout, left));
  return order;
}

Async<void> Run::perform(Engine::State& engine, CallOrder order, std::shared_ptr<Mailbox<Ended>> box) {
  Ended ended;
  ended.call = order.call;
  ended.upstream = order.upstream->name;
  ended.key = order.key;
  ended.began = engine.parts.loop.now();
  ended.outcome = co_await engine.parts.caller.perform(std::move(order));
  box->put(std::move(ended));
}

Async<bool> Run::submit(std::vector<std::uint32_t> calls) {
  // A fail-over may have changed the upstream: the slots must be that upstream's.
  const std::string wanted = task_.plan.routes[task_.progress.calls[calls.front()].route].upstream;
  if (slots_.count() == 0 || slots_.upstream() != wanted) {
    slots_ = engine_.limiter.reserve(wanted, static_cast<std::uint32_t>(calls.size()));
    if (slots_.count() == 0 && engine_.limiter.find(wanted) != nullptr) {
      co_await wait_for(engine_.now() + kSlotRetry);
      co_return false;
    }
  }
  calls.resize(std::min<std::size_t>(calls.size(), std::max(1U, slots_.count())));
  std::vector<std::size_t> keys;
  calls = admit(calls, keys);
  if (calls.empty()) co_return true;
  task::begin_calls(task_, calls, engine_.now(), change_);
  if (const bool saved = co_await save(); !saved) co_return false;

  auto box = std::make_shared<Mailbox<Ended>>(engine_.parts.loop);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    CallOrder order = make_order(calls[i], keys[i]);
    engine_.scope.spawn(perform(engine_, std::move(order), box));
  }
  co_return co_await collect(std::move(box), calls.size());
}

Async<bool> Run::collect(std::shared_ptr<Mailbox<Ended>> box, std::size_t in_flight) {
  bool whole = true;   // every answer has been taken into the task
  bool leased = true;  // the task is still ours
  for (; in_flight > 0; --in_flight) {
    Ended ended = co_await box->next();
    const bool delivered = std::holds_alternative<std::vector<task::Output>>(ended.outcome.result);
    if (engine_.cutting && !delivered) {
      whole = false;  // cut off, not failed: stays in flight, and the next start treats it as unknown
      continue;
    }
    take(std::move(ended));
    // A delivered picture becomes durable while its sisters are still being made.
    if (leased && delivered && in_flight > 1) leased = co_await save();
  }
  if (leased && !whole) co_await save();
  co_return leased&& whole;
}

void Run::take(Ended ended) {
  const WallTime now = engine_.now();
  CallOutcome& outcome = ended.outcome;
  if (outcome.key_is_bad) {
    log::error("key_refused", {{"upstream", ended.upstream}, {"key", ended.key}});
    engine_.limiter.rest_key(ended.upstream, ended.key, now + kBadKeyRest);
  } else if (outcome.key_rest) {
    engine_.limiter.rest_key(ended.upstream, ended.key, now + *outcome.key_rest);
  }
  engine_.limiter.report(ended.upstream, outcome.signal, now);
  const auto took = std::chrono::duration_cast<milliseconds>(engine_.parts.loop.now() - ended.began).count();
  const std::uint32_t attempt = task_.progress.calls[ended.call].attempts;
  if (auto* outputs = std::get_if<std::vector<task::Output>>(&outcome.result)) {
    log::info("attempt", {{"task", task_.id.text()},
                          {"call", ended.call},
                          {"attempt", attempt},
                          {"upstream", ended.upstream},
                          {"outcome", "delivered"},
                          {"bytes", outputs->front().size_bytes},
                          {"ms", took}});
    engine_.count_attempt(ended.upstream, "delivered");
    task::call_delivered(task_, ended.call, std::move(*outputs), now, change_);
    return;
  }
  task::CallFailure& failure = std::get<task::CallFailure>(outcome.result);
  if (failure.kind == task::CallFailure::Kind::next_route && outcome.key_is_bad &&
      engine_.limiter.has_other_key(ended.upstream, ended.key, now)) {
    failure.kind = task::CallFailure::Kind::next_key;
  }
  // The wish belongs to the key; it is the call's own where no other key could go instead.
  if (outcome.key_rest && !engine_.limiter.has_other_key(ended.upstream, ended.key, now)) {
    failure.retry_after = outcome.key_rest;
  }
  log::info("attempt", {{"task", task_.id.text()},
                        {"call", ended.call},
                        {"attempt", attempt},
                        {"upstream", ended.upstream},
                        {"outcome", info(failure.code).name},
                        {"detail", failure.detail},
                        {"ms", took}});
  engine_.count_attempt(ended.upstream, failure.kind == task::CallFailure::Kind::unknown ? "unknown" : "failed");
  task::call_failed(task_, ended.call, failure, engine_.options.retry, engine_.parts.random.unit(), now, change_);
}

}  // namespace

store::QueuedTask describe_queued(const task::Task& task) {
  store::QueuedTask queued;
  queued.id = task.id;
  queued.account = task.account;
  queued.model = task.plan.model;
  queued.created_at = task.created_at;
  queued.due_at = task.due_at;
  queued.calls = 0;
  for (const task::Call& call : task.progress.calls) {
    if (call.state == task::CallState::delivered || call.state == task::CallState::failed) continue;
    if (queued.calls++ == 0) queued.upstream = task.plan.routes[call.route].upstream;
  }
  if (queued.calls == 0) {
    queued.calls = 1;
    queued.upstream = task.plan.routes.front().upstream;
  }
  return queued;
}

Async<void> Engine::State::run_task(task::Task task, Start start) {
  ++running;
  Run run(*this, std::move(task), std::move(start.slots));
  co_await run.live();
  --running;
  start.place.leave();
  if (auto again = run.take_waiting()) offer(std::move(*again));
  poke();
}

}  // namespace darkroom::engine
