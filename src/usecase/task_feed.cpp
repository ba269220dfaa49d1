#include "usecase/task_feed.h"

#include "base/check.h"

namespace darkroom::usecase {

struct TaskFeed::Waiter {
  Waiter(Loop& its_loop, TaskId its_task, Until its_until) : loop(its_loop), task(its_task), until(its_until) {}

  // Of the loop only.
  void resume() {
    if (!handle) return;
    loop.cancel_timer(timer);
    std::exchange(handle, {}).resume();
  }

  Loop& loop;
  const TaskId task;
  const Until until;
  std::atomic<bool> notified{false};  // published, and not yet looked at; its wake-up may still be on the way
  std::coroutine_handle<> handle;     // while it is suspended
  Loop::TimerId timer = 0;
};

TaskFeed::Ticket::~Ticket() {
  if (waiter_) feed_->leave(waiter_);
}

bool TaskFeed::Ticket::Wait::await_ready() const noexcept {
  return waiter_.notified.load() || feed_.is_closed() || waiter_.loop.now() >= deadline_;
}

void TaskFeed::Ticket::Wait::await_suspend(std::coroutine_handle<> handle) {
  DR_CHECK(!waiter_.handle);
  waiter_.handle = handle;
  // The ticket outlives the suspension, and whoever resumes it cancels the timer first.
  waiter_.timer = waiter_.loop.call_at(deadline_, [waiter = &waiter_] { waiter->resume(); });
}

// From here on a step counts as new: the caller looks at the task after this.
bool TaskFeed::Ticket::Wait::await_resume() noexcept { return waiter_.notified.exchange(false); }

std::optional<TaskFeed::Ticket> TaskFeed::enter(Loop& loop, TaskId task, Until until) {
  if (waiting_.fetch_add(1) >= most_waiters_) {
    waiting_.fetch_sub(1);
    return std::nullopt;
  }
  auto waiter = std::make_shared<Waiter>(loop, task, until);
  shard_of(task).lock()->emplace(task, waiter);
  Ticket ticket(*this, std::move(waiter));
  // After it stands in the shard, so that close() either finds it there or has been seen here.
  if (is_closed()) return std::nullopt;
  return ticket;
}

void TaskFeed::leave(const std::shared_ptr<Waiter>& waiter) {
  // It may be destroyed while suspended (an abandoned scope); a wake-up on its way then finds nobody.
  if (std::exchange(waiter->handle, {})) waiter->loop.cancel_timer(waiter->timer);
  shard_of(waiter->task).lock()->erase({waiter->task, waiter});
  waiting_.fetch_sub(1);
}

void TaskFeed::wake(const std::shared_ptr<Waiter>& waiter) {
  // One wake-up is under way at most, however fast steps follow each other.
  if (waiter->notified.exchange(true)) return;
  waiter->loop.post([waiter] { waiter->resume(); });
}

void TaskFeed::publish(TaskId task, bool is_end) {
  auto waiters = shard_of(task).lock();
  for (auto it = waiters->lower_bound({task, nullptr}); it != waiters->end() && it->first == task; ++it) {
    if (is_end || it->second->until == Until::step) wake(it->second);
  }
}

void TaskFeed::close() {
  closed_.store(true);
  for (Guarded<Waiters>& shard : shards_) {
    auto waiters = shard.lock();  // named: the temporary of a range-for would be gone before its first step
    for (const auto& [task, waiter] : *waiters) wake(waiter);
  }
}

}  // namespace darkroom::usecase
