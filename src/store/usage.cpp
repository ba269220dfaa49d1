#include "store/usage.h"

#include <algorithm>

namespace darkroom::store {
namespace {

bool had_a_part(const task::Call& call) {
  return call.state != task::CallState::waiting || call.attempts + call.hops > 0;
}

std::string upstream_of(const task::Task& task) {
  const std::vector<task::Call>& calls = task.progress.calls;
  auto call = std::ranges::find(calls, task::CallState::delivered, &task::Call::state);
  if (call == calls.end()) call = std::ranges::find_if(calls, had_a_part);
  if (call == calls.end() || call->route >= task.plan.routes.size()) return {};
  return task.plan.routes[call->route].upstream;
}

void add_calls(const task::Task& task, ledger::Usage& usage) {
  for (const task::Call& call : task.progress.calls) {
    usage.outputs += std::ranges::count(call.outputs, task::OutputRole::result, &task::Output::role);
    usage.attempts += call.attempts;
    if (call.route >= task.plan.routes.size()) continue;
    const std::int64_t paid = (call.state == task::CallState::delivered ? 1 : 0) + std::int64_t{call.unknowns};
    usage.cost += paid * task.plan.routes[call.route].call_cost.count();
  }
}

}  // namespace

KeyMonth month_of(const task::Task& task) {
  return {task.account, task.book, task.key, ledger::month_of(task.created_at)};
}

UsageChange usage_of_birth(const task::Task& task) {
  return {{task.account, task.book, ledger::hour_of(task.created_at), task.key, task.plan.model, {}},
          {.tasks = 1, .held = task.hold.count()}};
}

std::array<UsageChange, 2> usage_of_end(const task::Task& stored, const task::Task& next) {
  ledger::Usage usage{.tasks = 1, .held = stored.hold.count()};
  UsageKey born{stored.account, stored.book, ledger::hour_of(stored.created_at), stored.key, next.plan.model, {}};
  UsageKey ended = born;
  ended.upstream = upstream_of(next);
  UsageChange away{std::move(born), -usage};
  usage.completed = next.state == task::State::completed ? 1 : 0;
  usage.failed = next.state == task::State::failed ? 1 : 0;
  usage.cancelled = next.state == task::State::cancelled ? 1 : 0;
  usage.captured = next.captured.count();
  usage.refunded = stored.hold.count() - next.captured.count();
  add_calls(next, usage);
  return {std::move(away), {std::move(ended), usage}};
}

Failures& Failures::operator+=(const Failures& more) {
  if (more.count == 0) return *this;
  first_at = count == 0 ? more.first_at : std::min(first_at, more.first_at);
  last_at = count == 0 ? more.last_at : std::max(last_at, more.last_at);
  sample = std::max(sample, more.sample);
  count += more.count;
  return *this;
}

std::optional<std::pair<FailureKey, Failures>> failure_of_end(const task::Task& stored, const task::Task& next) {
  if (next.state != task::State::failed || !next.ended_at) return std::nullopt;
  const WallTime at = *next.ended_at;
  FailureKey key{stored.account,  stored.book,      ledger::day_of(at), next.failure.value_or(Code::internal),
                 next.plan.model, upstream_of(next)};
  return std::pair{std::move(key), Failures{1, at, at, stored.id}};
}

}  // namespace darkroom::store
