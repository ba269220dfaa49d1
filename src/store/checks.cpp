#include "store/checks.h"

#include <fmt/format.h>

#include "task/machine.h"

namespace darkroom::store {
namespace {

std::unexpected<Error> contradiction(std::string_view what, const IdBytes& id) {
  return fail(Code::internal, fmt::format("{}: {}", what, to_hex(id)));
}

bool is_about(const ledger::Entry& entry, const task::Task& task) {
  return entry.ref == task.id.bytes && entry.account == task.account && entry.book == task.book;
}

}  // namespace

Status check_grant(const ledger::Entry& grant) {
  if (grant.kind != ledger::Kind::grant || grant.number != 0) return contradiction("not a grant", grant.ref);
  if (grant.amount.count() <= 0) return contradiction("a grant gives a positive amount", grant.ref);
  return {};
}

Status check_new_task(const NewTask& wanted) {
  const task::Task& task = wanted.task;
  if (task::is_ended(task.state) || task.ended_at || task.leased || task.captured.count() != 0) {
    return contradiction("a new task has neither ended nor been claimed", task.id.bytes);
  }
  if (task.hold.count() < 0) return contradiction("a hold is not negative", task.id.bytes);
  if (task.event_count != 1) return contradiction("a new task has had one event", task.id.bytes);
  // One that expires at once refuses nothing: the next with that key takes its place, and who looks back finds the
  // last.
  if (wanted.idempotency && wanted.idempotency->expires_at < task.created_at) {
    return contradiction("an idempotency key does not expire before its task is made", task.id.bytes);
  }
  return {};
}

Status check_callback(const NewTask& wanted, bool has_default_endpoint) {
  if (wanted.task.plan.callback_url.empty() || has_default_endpoint) return {};
  return contradiction("a task with a callback needs the default endpoint of its account", wanted.task.id.bytes);
}

Status check_update(const task::Task& stored, const TaskUpdate& update) {
  const task::Task& next = update.task;
  std::uint32_t number = stored.event_count;
  for (const task::Event& event : update.events) {
    if (event.task != stored.id || event.number != number++) {
      return contradiction("the events do not follow those of the task", stored.id.bytes);
    }
  }
  if (next.event_count != number) return contradiction("the event count is not that of the task", stored.id.bytes);
  if (task::is_ended(next.state) != next.ended_at.has_value()) {
    return contradiction("a task has a time of its end exactly when it has ended", stored.id.bytes);
  }
  if (task::is_ended(next.state) != update.message.has_value()) {
    return contradiction("a task has a message exactly when it ends", stored.id.bytes);
  }
  MicroCredits captured, released;
  for (const ledger::Entry& entry : update.entries) {
    if (!is_about(entry, stored) || entry.kind == ledger::Kind::grant || entry.kind == ledger::Kind::hold) {
      return contradiction("an entry is not this task's to make", stored.id.bytes);
    }
    if (entry.kind == ledger::Kind::upstream_loss) continue;
    MicroCredits& sum = entry.kind == ledger::Kind::capture ? captured : released;
    const auto more = sum.plus(entry.amount);
    if (!more) return contradiction("the entries overflow", stored.id.bytes);
    sum = *more;
  }
  const MicroCredits due = task::is_ended(next.state) ? stored.hold : MicroCredits{};
  if (captured.plus(released) != due || captured != next.captured) {
    return contradiction("the entries do not resolve the hold at the task's end", stored.id.bytes);
  }
  return {};
}

task::Task updated(task::Task stored, const TaskUpdate& update) {
  stored.state = update.task.state;
  stored.due_at = update.task.due_at;
  stored.ended_at = update.task.ended_at;
  stored.leased = update.task.leased && !task::is_ended(update.task.state);
  stored.event_count = update.task.event_count;
  stored.captured = update.task.captured;
  stored.failure = update.task.failure;
  stored.progress = update.task.progress;
  return stored;
}

QueuedTask queued(const task::Task& task) {
  QueuedTask queued;
  queued.id = task.id;
  queued.account = task.account;
  queued.key = task.key;
  queued.model = task.plan.model;
  queued.created_at = task.created_at;
  queued.due_at = task.due_at;
  queued.leased = task.leased;
  queued.cancel_at = task.plan.cancel_at;
  queued.has_begun = task.progress.began_at.has_value();
  queued.calls = 0;
  const task::Call* next = nullptr;
  for (const task::Call& call : task.progress.calls) {
    if (call.state == task::CallState::delivered || call.state == task::CallState::failed) continue;
    ++queued.calls;
    if (next == nullptr || call.due_at < next->due_at) next = &call;
    queued.at_vendor |= call.state == task::CallState::accepted || call.state == task::CallState::lost;
  }
  if (next != nullptr && next->route < task.plan.routes.size()) {
    queued.upstream = task.plan.routes[next->route].upstream;
    for (const std::uint32_t route : task::routes_for(task, *next)) {
      if (route != next->route) queued.others.push_back(task.plan.routes[route].upstream);
    }
  }
  if (queued.calls == 0) {
    queued.calls = 1;
    if (!task.plan.routes.empty()) queued.upstream = task.plan.routes.front().upstream;
  }
  return queued;
}

Result<ledger::Balance> apply_all(ledger::Balance balance, const std::vector<ledger::Entry>& entries) {
  for (const ledger::Entry& entry : entries) {
    Result<ledger::Balance> after = ledger::apply(balance, entry.kind, entry.amount);
    if (!after) return after;
    balance = *after;
  }
  return balance;
}

WallTime floor_to_minute(WallTime time) { return std::chrono::floor<std::chrono::minutes>(time); }

}  // namespace darkroom::store
