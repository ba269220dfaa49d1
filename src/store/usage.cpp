#include "store/usage.h"

#include <algorithm>

namespace darkroom::store {
namespace {

std::int64_t count_outputs(const task::Task& task) {
  std::int64_t count = 0;
  for (const task::Call& call : task.progress.calls) {
    count += std::ranges::count(call.outputs, task::OutputRole::result, &task::Output::role);
  }
  return count;
}

}  // namespace

UsageKey usage_key(const task::Task& task) {
  return {task.account, task.book, ledger::hour_of(task.created_at), task.key, task.plan.model};
}

KeyMonth month_of(const task::Task& task) {
  return {task.account, task.book, task.key, ledger::month_of(task.created_at)};
}

ledger::Usage usage_of_birth(const task::Task& task) { return {.tasks = 1, .held = task.hold.count()}; }

ledger::Usage usage_of_end(const task::Task& next, MicroCredits hold) {
  ledger::Usage usage;
  usage.completed = next.state == task::State::completed ? 1 : 0;
  usage.failed = next.state == task::State::failed ? 1 : 0;
  usage.cancelled = next.state == task::State::cancelled ? 1 : 0;
  usage.outputs = count_outputs(next);
  usage.captured = next.captured.count();
  usage.refunded = hold.count() - next.captured.count();
  return usage;
}

}  // namespace darkroom::store
