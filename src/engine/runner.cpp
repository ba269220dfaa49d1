// The runner: a task's life under one lease, from action to action.
#include "base/log.h"
#include "engine/run.h"
#include "store/checks.h"

namespace darkroom::engine {
namespace {

constexpr milliseconds kSaveRetry{200};
constexpr milliseconds kSaveRetryLongest{5'000};

}  // namespace

Run::Run(Engine::State& engine, task::Task task, Limiter::Slots slots, Holdings held)
    : engine_(engine), task_(std::move(task)), slots_(std::move(slots)), held_(std::move(held)) {
  engine_.runs.emplace(task_.id, this);
}

Run::~Run() { engine_.runs.erase(task_.id); }

const task::Route& Run::route_of(std::uint32_t call) const {
  return task_.plan.routes[task_.progress.calls[call].route];
}

Async<bool> Run::save() {
  store::TaskUpdate update{task_, std::exchange(change_.events, {}), std::exchange(change_.entries, {})};
  if (task::is_ended(task_.state)) update.message = engine_.parts.make_message(task_);
  milliseconds delay = kSaveRetry;
  for (;;) {
    store::TaskUpdate attempt = update;
    Result<void> saved = co_await await_on<Result<void>>(
        engine_.parts.loop, [&](auto done) { engine_.parts.store.update_task(std::move(attempt), std::move(done)); });
    if (saved) break;
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
    const bool is_ours = (*found)->event_count == task_.event_count && (*found)->due_at == task_.due_at &&
                         (*found)->leased == task_.leased;
    if (is_ours) break;
    if (!may_have_been_applied) co_return false;
  }
  if (engine_.parts.on_committed) engine_.parts.on_committed(task_);
  co_return true;
}

// Before a vendor is asked about a job, what is known of the job must be durable.
Async<bool> Run::save_decisions() {
  if (change_.events.empty()) co_return true;
  co_return co_await save();
}

Async<void> Run::live() {
  const auto can_look_up = [this](const task::Route& route) {
    const Upstream* upstream = engine_.limiter.find(route.upstream);
    return upstream != nullptr && engine_.parts.caller.can_look_up(*upstream);
  };
  task::recover(task_, engine_.now(), engine_.options.retry, engine_.parts.random.unit(), can_look_up, change_);
  hold_jobs();
  for (;;) {
    if (!cancels_.empty()) {
      if (const bool over = co_await cancel(); over) co_return;
    }
    task::Action action = task::next_action(task_, engine_.now());
    if (std::holds_alternative<task::Finish>(action)) {
      std::vector<CallOrder> jobs = make_stop_orders();
      task::finish(task_, std::get<task::Finish>(action), engine_.now(), change_);
      if (const bool saved = co_await save(); saved) engine_.note_ended(task_);
      engine_.stop_jobs(std::move(jobs));
      co_return;
    }
    if (engine_.stopping) action = task::WaitUntil{engine_.now()};  // what has not begun is left to the next start
    if (const bool go_on = co_await perform(std::move(action)); !go_on) co_return;
  }
}

Async<bool> Run::perform(task::Action action) {
  if (auto* wait = std::get_if<task::WaitUntil>(&action)) {
    co_await wait_for(wait->when);
    co_return false;
  }
  if (std::holds_alternative<task::Cancel>(action)) {
    const bool over = co_await cancel();
    co_return !over;
  }
  if (std::holds_alternative<task::FetchReferences>(action)) co_return co_await fetch_references();
  if (auto* polls = std::get_if<task::PollCalls>(&action)) co_return co_await poll(std::move(polls->calls));
  if (auto* lost = std::get_if<task::LookUpCalls>(&action)) co_return co_await look_up(std::move(lost->calls));
  co_return co_await submit(std::move(std::get<task::SubmitCalls>(action).calls));
}

Async<void> Run::wait_for(WallTime when) {
  task::wait_until(task_, when, engine_.now(), change_);
  waiting_ = co_await save();
}

Async<bool> Run::fetch_references() {
  std::vector<task::ReferenceSource> sources = task_.plan.reference_sources;
  auto fetched = co_await engine_.parts.references.fetch(task_.id, task_.account, std::move(sources));
  if (engine_.stopping) co_return false;
  if (fetched) {
    task::references_fetched(task_, std::move(*fetched), engine_.now(), change_);
  } else {
    task::references_failed(task_, Code::provider_failed, fetched.error().message, engine_.now(), change_);
  }
  co_return true;
}

// ---- the end on the owner's wish

void Run::ask_cancel(CancelDone done) {
  const bool is_sent = std::ranges::any_of(task_.progress.calls, [](const task::Call& call) {
    return call.state != task::CallState::waiting && call.state != task::CallState::failed;
  });
  if (engine_.options.cancel_running == task::CancelRule::refuse && is_sent) {
    done(fail(Code::conflict, "The task is being worked on and can no longer be cancelled"));
    return;
  }
  cancels_.push_back(std::move(done));
  engine_.parts.caller.cancel(task_.id);
}

Async<bool> Run::cancel() {
  std::vector<CallOrder> jobs = make_stop_orders();
  const task::Cancelled result = task::cancel(task_, engine_.options.cancel_running, engine_.now(), change_);
  if (result == task::Cancelled::refused) {
    for (CancelDone& done : take_cancels()) {
      done(fail(Code::conflict, "The task is being worked on and can no longer be cancelled"));
    }
    co_return false;
  }
  const bool saved = co_await save();
  if (saved) engine_.note_ended(task_);
  bool is_first = true;
  for (CancelDone& done : take_cancels()) {
    if (!saved) {
      done(fail(Code::unavailable));
    } else if (std::exchange(is_first, false)) {
      done(task_);
    } else {
      done(fail(Code::task_cancelled, "The task has been cancelled before"));
    }
  }
  engine_.stop_jobs(std::move(jobs));
  co_return true;
}

std::vector<CallOrder> Run::make_stop_orders() const {
  std::vector<CallOrder> orders;
  for (std::uint32_t i = 0; i < task_.progress.calls.size(); ++i) {
    const task::Call& call = task_.progress.calls[i];
    if (call.state != task::CallState::accepted || engine_.limiter.find(route_of(i).upstream) == nullptr) continue;
    orders.push_back(make_order(Ask::stop, i, engine_.limiter.find_key(route_of(i).upstream, call.key_tag)));
  }
  return orders;
}

namespace {

Async<void> stop_job(Engine::State& engine, CallOrder order) { co_await engine.parts.caller.perform(std::move(order)); }

}  // namespace

void Engine::State::stop_jobs(std::vector<CallOrder> jobs) {
  for (CallOrder& job : jobs) scope.spawn(stop_job(*this, std::move(job)));
}

// ---- a run's place in the engine

Async<void> Engine::State::run_task(task::Task task, Start start, std::vector<CancelDone> wishes) {
  ++running;
  std::vector<CancelDone> cancels;
  std::optional<store::QueuedTask> again;
  Holdings held;
  {
    Run run(*this, std::move(task), std::move(start.slots), std::move(start.held));
    for (CancelDone& wish : wishes) run.ask_cancel(std::move(wish));
    co_await run.live();
    if (run.is_waiting()) again = store::queued(run.task());
    cancels = run.take_cancels();
    held = run.take_held();
  }
  --running;
  if (again && again->at_vendor) {
    start.place.rest();
    resting.emplace(start.id, Resting{std::move(start.place), std::move(held)});
  } else {
    start.place.leave();
  }
  held = {};
  if (again) offer(std::move(*again));
  for (CancelDone& done : cancels) scope.spawn(cancel_task(start.id, std::move(done)));
  poke();
}

}  // namespace darkroom::engine
