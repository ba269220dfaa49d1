// What must hold after every step of a simulated world, and at its end.
#include <fmt/format.h>

#include <algorithm>

#include "tests/sim/world.h"

namespace darkroom::sim {

void World::check() {
  const ledger::Report books = data_->audit();
  if (!books.violations.empty()) broken("ledger: " + books.violations.front());
  check_months();
  store::TaskFilter all;
  all.limit = store::kMaxPage;
  const std::vector<task::Task> tasks = data_->list_tasks(all);
  for (const task::Task& task : tasks) check_task(task);
  for (const auto& [id, watch] : watched_) {
    if (watch.acknowledged && watch.events == 0) broken("INV-13: an acknowledged task is not in the store");
  }
}

void World::check_months() {
  const std::int64_t month = ledger::month_of(clock_.wall_now());
  for (const Key& key : keys_) {
    if (!key.month_limit) continue;
    const MicroCredits spent = data_->get_key_month({key.account, ledger::Book::live, key.id, month});
    if (spent > *key.month_limit) broken("a key has spent more than it may in a month");
  }
}

void World::check_task(const task::Task& task) {
  Watch& watch = watched_[task.id];
  mix(static_cast<std::uint64_t>(task.state) + task.event_count * 8);
  if (task.fence < watch.fence || task.fence > watch.fence + 1)
    broken("INV-20: a take-over must raise the fence by one");
  if (task::is_ended(watch.state) && (task.state != watch.state || task.event_count != watch.events)) {
    broken("INV-22: an ended task has changed");
  }
  if (task::is_ended(task.state) && task.leased) broken("INV-20: an ended task is leased");
  if (task::is_ended(task.state) && !task::is_ended(watch.state)) {
    given_up_ += static_cast<std::uint64_t>(std::ranges::count_if(task.progress.calls, [](const task::Call& call) {
      return call.state != task::CallState::delivered && call.state != task::CallState::failed;
    }));
    if (task.state == task::State::cancelled && cancel_rule_ == task::CancelRule::free && task.captured.count() != 0) {
      broken("a cancelled task was charged");
    }
  }
  if (task.event_count != watch.events && data_->list_events(task.id).size() != task.event_count) {
    broken("the event log and its count differ");
  }
  for (const task::Call& call : task.progress.calls) {
    if (call.attempts > 5) broken("INV-29: more than five attempts");
  }
  watch.state = task.state;
  watch.fence = task.fence;
  watch.events = task.event_count;
}

void World::check_end() {
  std::uint64_t unknowns = 0;
  for (const auto& [id, watch] : watched_) {
    const auto task = data_->find_task(id);
    if (!task) continue;
    if (!task::is_ended(task->state)) {
      std::string history;
      for (const task::Event& event : data_->list_events(id)) history += " " + event.type;
      for (const task::Call& call : task->progress.calls) {
        history += fmt::format("; call {} route {} polls {} due in {} ms", static_cast<int>(call.state), call.route,
                               call.polls, (call.due_at - clock_.wall_now()).count());
      }
      broken(fmt::format("INV-23: {} never ended (state {}, leased {}, fence {}, due in {} s):{}", id.text(),
                         task::print(task->state), task->leased, task->fence,
                         (task->due_at - clock_.wall_now()).count() / 1000, history));
    }
    if (task::is_ended(task->state)) check_deliveries(*task);
    for (std::uint32_t i = 0; i < task->progress.calls.size(); ++i) {
      const task::Call& call = task->progress.calls[i];
      unknowns += call.unknowns;
      const std::uint32_t failed = vendors_.failed({id, i});
      const std::uint32_t begun = vendors_.begun({id, i});
      if (begun > 1 + failed + call.unknowns) broken("INV-27: an upstream job was repeated without cause");
      if (!task->plan.routes.front().repeat_unknown && begun > 1 + failed) {
        broken("INV-27: a job was repeated on a route that forbids it");
      }
    }
  }
  if (unknowns > lost_at_most_ + given_up_ + vendors_.lost_at_most())
    broken("INV-31: more unknown outcomes than answers lost");
  report_.unknowns = unknowns;
  report_.tasks = watched_.size();
  for (const AccountId account : accounts_) {
    if (data_->get_balance(account, ledger::Book::live).held.count() != 0) broken("INV-8: a hold was never resolved");
  }
}

}  // namespace darkroom::sim
