// Cancelling a task wherever it stands: asked of the run that has it, or done here under a lease of its own.
#include "engine/run.h"
#include "store/checks.h"

namespace darkroom::engine {
namespace {

// A claim by the dispatcher is on its way, or the store had trouble: looked at again this often, this many times.
constexpr milliseconds kLookAgain{50};
constexpr int kMostLooks = 100;

}  // namespace

Async<void> Engine::State::cancel_task(TaskId id, CancelDone done) {
  using Claimed = Result<std::vector<std::optional<task::Task>>>;
  using Found = Result<std::optional<task::Task>>;
  for (int look = 0; look < kMostLooks && !stopping; ++look) {
    if (const auto run = runs.find(id); run != runs.end()) {
      run->second->ask_cancel(std::move(done));
      co_return;
    }
    std::vector<TaskId> ids;
    ids.push_back(id);
    Claimed claimed = co_await await_on<Claimed>(
        parts.loop, [&](auto answer) { parts.store.claim_tasks(std::move(ids), std::move(answer)); });
    if (claimed && claimed->front()) co_return co_await cancel_claimed(std::move(*claimed->front()), std::move(done));
    Found found =
        co_await await_on<Found>(parts.loop, [&](auto answer) { parts.store.find_task(id, std::move(answer)); });
    if (found && !*found) {
      done(fail(Code::task_not_found));
      co_return;
    }
    if (found && task::is_ended((*found)->state)) {
      const bool was_cancelled = (*found)->state == task::State::cancelled;
      done(was_cancelled ? fail(Code::task_cancelled, "The task has been cancelled before")
                         : fail(Code::conflict, "The task has ended already"));
      co_return;
    }
    // The answer of the claim was lost, and nobody here has the task in hand: the lease is ours.
    if (!claimed && found && (*found)->leased && !in_hand.tasks.contains(id)) {
      co_return co_await cancel_claimed(std::move(**found), std::move(done));
    }
    co_await pause(kLookAgain);
  }
  done(fail(Code::unavailable));
}

Async<void> Engine::State::cancel_claimed(task::Task task, CancelDone done) {
  const auto node = resting.extract(task.id);
  Holdings held = node.empty() ? Holdings() : std::move(node.mapped().held);
  Start start{task.id, {}, Place(in_hand, task.id, task.account, task.key), std::move(held)};
  std::vector<CancelDone> wish;
  wish.push_back(std::move(done));
  co_await run_task(std::move(task), std::move(start), std::move(wish));
}

void Engine::State::note_deadline(WallTime when, TaskId id) {
  const auto place = deadlines.emplace(when, id).first;
  if (place == deadlines.begin()) arm_deadlines();
}

void Engine::State::arm_deadlines() {
  parts.loop.cancel_timer(deadline_timer);
  if (deadlines.empty() || stopping) return;
  const milliseconds left = std::max(deadlines.begin()->first - now(), milliseconds(0));
  deadline_timer = parts.loop.call_at(parts.loop.now() + left, [this] { cancel_overdue(); });
}

void Engine::State::cancel_overdue() {
  if (stopping) return;
  while (!deadlines.empty() && deadlines.begin()->first <= now()) {
    const TaskId id = deadlines.begin()->second;
    deadlines.erase(deadlines.begin());
    scope.spawn(cancel_task(id, [](const Result<task::Task>&) {}));
  }
  arm_deadlines();
}

}  // namespace darkroom::engine
