#include "engine/engine.h"

#include "base/log.h"
#include "engine/engine_state.h"

namespace darkroom::engine {
namespace {

const std::vector<double> kDurationBounds = {0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600};

}  // namespace

Engine::State::State(EngineParts engine_parts, EngineOptions engine_options)
    : parts(std::move(engine_parts)),
      options(std::move(engine_options)),
      queue(options.queue_capacity),
      polls(options.queue_capacity),
      limiter(std::exchange(options.upstreams, {}), parts.metrics, [this] { poke(); }),
      health(parts.metrics),
      pauses(parts.loop),
      prober({.limiter = limiter,
              .caller = parts.caller,
              .clock = parts.clock,
              .random = parts.random,
              .pauses = pauses,
              .is_stopping = stopping,
              .scope = scope,
              .metrics = parts.metrics,
              .on_room = [this] { poke(); }}) {
  in_hand.on_leave = [this](AccountId account) { queue.release(account); };
  if (parts.metrics == nullptr) return;
  Gauge& running_gauge = parts.metrics->gauge("darkroom_tasks_running", "Tasks under a lease");
  Gauge& waiting_gauge = parts.metrics->gauge("darkroom_tasks_waiting", "Tasks known to wait for their turn");
  parts.metrics->before_print([this, &running_gauge, &waiting_gauge] {
    running_gauge.Set(static_cast<double>(running.load()));
    waiting_gauge.Set(static_cast<double>(waiting.load()));
  });
}

void Engine::State::count_attempt(const std::string& upstream, std::string_view outcome) {
  if (parts.metrics == nullptr) return;
  parts.metrics
      ->counter("darkroom_upstream_attempts_total", "Calls by how they ended; unknown: the answer was lost",
                {{"upstream", upstream}, {"outcome", std::string(outcome)}})
      .Increment();
}

std::vector<UpstreamStatus> Engine::State::list_upstreams() const {
  std::vector<UpstreamStatus> all = limiter.list(now());
  for (UpstreamStatus& status : all) {
    health.describe(status, now());
    health.show(status);
    prober.describe(status);
  }
  return all;
}

void Engine::State::note_ended(const task::Task& task) {
  const double took_seconds = static_cast<double>((*task.ended_at - task.created_at).count()) / 1000.0;
  if (task.plan.cancel_at) deadlines.erase({*task.plan.cancel_at, task.id});
  ended.add(now());
  if (task.state == task::State::completed) medians.add(task.plan.model, took_seconds);
  if (parts.metrics != nullptr) {
    const Metrics::Labels labels = {{"model", task.plan.model}, {"status", std::string(task::print(task.state))}};
    parts.metrics->counter("darkroom_tasks_ended_total", "Tasks that have ended", labels).Increment();
    parts.metrics
        ->histogram("darkroom_task_duration_seconds", "From accepted to ended", kDurationBounds,
                    {{"model", task.plan.model}})
        .Observe(took_seconds);
  }
  if (!task.plan.reference_sources.empty()) parts.references.forget(task.id);
}

Engine::Engine(EngineParts parts, EngineOptions options)
    : state_(std::make_unique<State>(std::move(parts), std::move(options))) {}

// What rests gives its slots back to a limiter that must still be there.
Engine::~Engine() { state_->resting.clear(); }

namespace {

Async<void> begin(Engine::State& state, std::move_only_function<void(Status)> ready) {
  Status voided = co_await state.void_dead_leases();
  if (!voided) {
    ready(std::move(voided));
    co_return;
  }
  co_await state.load_durations();
  co_await state.rescan();
  ready({});
  state.scope.spawn(state.rescan_regularly());
  state.scope.spawn(state.sweep_regularly());
  state.scope.spawn(state.prober.ask_regularly());
  co_await state.dispatch();
}

Async<void> test_then(Engine::State& state, std::string upstream,
                      std::move_only_function<void(Result<ProbeFinding>)> done) {
  Result<ProbeFinding> finding = co_await state.prober.test(std::move(upstream));
  done(std::move(finding));
}

Async<void> join_then(Engine::State& state, Callback stopped) {
  co_await state.scope.join();
  stopped();
}

}  // namespace

void Engine::start(std::move_only_function<void(Status)> ready) {
  state_->parts.loop.post([state = state_.get(), ready = std::move(ready)]() mutable {
    state->scope.spawn(begin(*state, std::move(ready)));
  });
}

void Engine::wake(store::QueuedTask task) {
  bool was_empty = false;
  {
    auto inbox = state_->inbox.lock();
    was_empty = inbox->empty();
    inbox->push_back(std::move(task));
  }
  if (was_empty) state_->parts.loop.post([state = state_.get()] { state->poke(); });
}

void Engine::look_again() {
  state_->parts.loop.post([state = state_.get()] { state->poke(); });
}

void Engine::cancel(TaskId id, std::move_only_function<void(Result<task::Task>)> done) {
  state_->parts.loop.post([state = state_.get(), id, done = std::move(done)]() mutable {
    state->scope.spawn(state->cancel_task(id, std::move(done)));
  });
}

void Engine::stop(SteadyTime deadline, Callback stopped) {
  state_->parts.loop.post([state = state_.get(), deadline, stopped = std::move(stopped)]() mutable {
    state->stopping = true;
    state->pauses.close();
    state->poke();
    state->parts.loop.call_at(deadline, [state] {
      state->cutting = true;
      state->parts.caller.cancel_all();
    });
    state->closing.spawn(join_then(*state, std::move(stopped)));
  });
}

void Engine::abandon() {
  state_->idle_dispatcher = {};  // what gives its slots back from here on finds nobody to wake
  state_->scope.abandon();
  state_->closing.abandon();
}

void Engine::set_drained(std::string upstream, bool is_drained) {
  state_->parts.loop.post([state = state_.get(), upstream = std::move(upstream), is_drained] {
    state->limiter.set_drained(upstream, is_drained);
    state->poke();
  });
}

void Engine::set_probe(std::string upstream, ProbePolicy policy) {
  state_->parts.loop.post(
      [state = state_.get(), upstream = std::move(upstream), policy] { state->prober.set_policy(upstream, policy); });
}

void Engine::test_upstream(std::string upstream, std::move_only_function<void(Result<ProbeFinding>)> done) {
  state_->parts.loop.post([state = state_.get(), upstream = std::move(upstream), done = std::move(done)]() mutable {
    if (state->stopping) return done(fail(Code::unavailable));
    state->scope.spawn(test_then(*state, std::move(upstream), std::move(done)));
  });
}

void Engine::list_upstreams(std::move_only_function<void(std::vector<UpstreamStatus>)> done) const {
  state_->parts.loop.post([state = state_.get(), done = std::move(done)]() mutable { done(state->list_upstreams()); });
}

std::optional<double> Engine::typical_seconds(std::string_view model) const { return state_->medians.median(model); }
std::size_t Engine::running() const { return state_->running.load(); }
std::size_t Engine::waiting() const { return state_->waiting.load(); }

}  // namespace darkroom::engine
