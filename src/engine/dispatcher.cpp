// The dispatcher: picks due tasks fairly, takes their slots, claims them in the store and starts their runners.
#include "base/log.h"
#include "engine/engine_state.h"
#include "store/checks.h"

namespace darkroom::engine {
namespace {

constexpr std::size_t kClaimBatch = 256;
constexpr std::size_t kScanPage = 1000;
constexpr milliseconds kStoreRetry{200};

}  // namespace

Place::Place(InHand& in_hand, TaskId task, AccountId account, KeyId key)
    : in_hand_(&in_hand), task_(task), account_(account), key_(key) {
  in_hand.tasks.insert(task);
  ++in_hand.by_account[account];
  ++in_hand.by_key[key];
}

Place::Place(Place&& other) noexcept
    : in_hand_(std::exchange(other.in_hand_, nullptr)),
      task_(other.task_),
      account_(other.account_),
      key_(other.key_) {}

void Place::leave() {
  InHand* in_hand = std::exchange(in_hand_, nullptr);
  if (in_hand == nullptr) return;
  in_hand->tasks.erase(task_);
  const auto of_account = in_hand->by_account.find(account_);
  if (--of_account->second == 0) in_hand->by_account.erase(of_account);
  const auto of_key = in_hand->by_key.find(key_);
  if (--of_key->second == 0) in_hand->by_key.erase(of_key);
  in_hand->on_leave(account_);
}

void Place::rest() { in_hand_->tasks.erase(task_); }
void Place::resume() { in_hand_->tasks.insert(task_); }

std::vector<Start> Engine::State::pick_batch(WallTime now) {
  for (store::QueuedTask& task : std::exchange(*inbox.lock(), {})) offer(std::move(task));
  waiting = queue.size();
  std::vector<Start> batch;
  if (disk_is_full) return batch;
  pick_polls(now, batch);
  pick_new(now, batch);
  return batch;
}

// What a vendor works on has its slots and its place already; only the pace of the questions counts.
void Engine::State::pick_polls(WallTime now, std::vector<Start>& batch) {
  const ReadyQueue::Rules rules{
      .has_room = [&](const store::QueuedTask& task) { return limiter.admit_poll(task.upstream, now); }};
  while (batch.size() < kClaimBatch) {
    const std::optional<store::QueuedTask> task = polls.take(now, rules);
    if (!task) return;
    const auto node = resting.extract(task->id);
    if (node.empty()) continue;  // cancelled meanwhile
    node.mapped().place.resume();
    batch.push_back({task->id, {}, std::move(node.mapped().place), std::move(node.mapped().held)});
  }
}

void Engine::State::pick_new(WallTime now, std::vector<Start>& batch) {
  const ReadyQueue::Rules rules{
      .has_room = [&](const store::QueuedTask& task) { return find_room(task, now).has_value(); },
      .account_may_run = [this](AccountId account) { return account_may_run(account); },
      .key_may_run = [this](KeyId key) { return key_may_run(key); }};
  while (batch.size() < kClaimBatch && limiter.has_any_room(now)) {
    std::optional<store::QueuedTask> task = queue.take(now, rules);
    if (!task) return;
    Place place(in_hand, task->id, task->account, task->key);
    batch.push_back({task->id, limiter.reserve(*find_room(*task, now), task->calls), std::move(place), {}});
  }
}

std::optional<std::string> Engine::State::find_room(const store::QueuedTask& task, WallTime now) const {
  const auto upstream = [&](std::size_t i) -> const std::string& {
    return i == 0 ? task.upstream : task.others[i - 1];
  };
  const Way way = find_way(1 + task.others.size(), [&](std::size_t i) { return limiter.gate(upstream(i), now); });
  // What has not begun has no cap that would have to end it meanwhile.
  if (way.kind == Way::Kind::hold && !task.has_begun) return std::nullopt;
  if (way.kind != Way::Kind::go) return task.upstream;  // it must run to be put off, or to fail
  if (!limiter.has_room(upstream(way.route), now)) return std::nullopt;
  return upstream(way.route);
}

bool Engine::State::account_may_run(AccountId account) const {
  const auto it = in_hand.by_account.find(account);
  return it == in_hand.by_account.end() || it->second < options.concurrent_tasks;
}

bool Engine::State::key_may_run(KeyId key) const {
  const std::optional<std::int64_t> most = parts.concurrent_tasks_of ? parts.concurrent_tasks_of(key) : std::nullopt;
  if (!most) return true;
  const auto it = in_hand.by_key.find(key);
  return it == in_hand.by_key.end() || it->second < *most;
}

// When time alone may let something go. Without a slot no time helps: whoever gives one back pokes.
std::optional<WallTime> Engine::State::next_pick(WallTime now) const {
  if (disk_is_full) return std::nullopt;  // whoever finds room pokes
  std::optional<WallTime> next = polls.next_due();
  const auto consider = [&next](std::optional<WallTime> other) {
    if (other) next = std::min(next.value_or(*other), *other);
  };
  if (limiter.has_any_room(now)) consider(queue.next_due());
  if (queue.size() > 0) consider(limiter.next_pace(now));
  if (queue.has_ready()) consider(limiter.next_opening(now));
  if (polls.has_ready()) consider(limiter.next_poll_pace(now));
  return next;
}

Async<void> Engine::State::dispatch() {
  while (!stopping) {
    std::vector<Start> batch = pick_batch(now());
    if (!batch.empty()) {
      co_await claim_and_run(std::move(batch));
      continue;
    }
    struct Idle {
      State& state;
      bool await_ready() const { return !state.inbox.lock()->empty(); }
      void await_suspend(std::coroutine_handle<> handle) {
        state.idle_dispatcher = handle;
        const auto due = state.next_pick(state.now());
        if (!due) return;
        const auto wait = std::max(*due - state.now(), milliseconds(0));
        state.due_timer = state.parts.loop.call_at(state.parts.loop.now() + wait, [&engine = state] { engine.poke(); });
      }
      void await_resume() const { state.parts.loop.cancel_timer(state.due_timer); }
    };
    Idle idle{*this};
    co_await idle;
  }
}

void Engine::State::poke() {
  if (!idle_dispatcher) return;
  parts.loop.post([handle = std::exchange(idle_dispatcher, {})] { handle.resume(); });
}

Async<void> Engine::State::claim_and_run(std::vector<Start> batch) {
  std::vector<TaskId> ids;
  ids.reserve(batch.size());
  for (const Start& start : batch) ids.push_back(start.id);
  using Claimed = Result<std::vector<std::optional<task::Task>>>;
  Claimed claimed = co_await await_on<Claimed>(
      parts.loop, [&](auto done) { parts.store.claim_tasks(std::move(ids), std::move(done)); });
  if (!claimed) {
    log::warn("claim_failed", {{"error", claimed.error().message}, {"tasks", batch.size()}});
    for (Start& start : batch) scope.spawn(adopt(std::move(start)));
    co_return;
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!(*claimed)[i]) continue;
    scope.spawn(run_task(std::move(*(*claimed)[i]), std::move(batch[i])));
  }
}

// The answer of a claim was lost, so the task may be leased to us without our knowing: look, and run it if it is. This
// engine is the only one on its store.
Async<void> Engine::State::adopt(Start start) {
  using Found = Result<std::optional<task::Task>>;
  while (!stopping) {
    co_await pause(kStoreRetry);
    const TaskId id = start.id;
    Found found = co_await await_on<Found>(parts.loop, [&](auto done) { parts.store.find_task(id, std::move(done)); });
    if (!found) continue;
    if (*found && (*found)->leased && !task::is_ended((*found)->state)) {
      co_await run_task(std::move(**found), std::move(start));
    } else if (*found && !task::is_ended((*found)->state)) {
      start.place.leave();
      offer(store::queued(**found));
      poke();
    }
    co_return;
  }
}

void Engine::State::offer(store::QueuedTask task) {
  if (in_hand.tasks.contains(task.id)) return;
  if (!task.at_vendor) {
    if (task.cancel_at) note_deadline(*task.cancel_at, task.id);
    queue.add(std::move(task));
    return;
  }
  if (!resting.contains(task.id)) {
    // Known from before a restart: it occupies what it did then.
    Holdings held;
    for (std::uint32_t i = 0; i < task.calls; ++i) held.slots.emplace(i, limiter.occupy(task.upstream, {}));
    Place place(in_hand, task.id, task.account, task.key);
    place.rest();
    resting.emplace(task.id, Resting{std::move(place), std::move(held)});
  }
  polls.add(std::move(task));
}

Async<void> Engine::State::rescan() {
  using Page = Result<std::vector<store::QueuedTask>>;
  std::optional<TaskId> after;
  while (!stopping && !queue.is_full() && !polls.is_full()) {
    Page page = co_await await_on<Page>(
        parts.loop, [&](auto done) { parts.store.list_unfinished(after, kScanPage, std::move(done)); });
    if (!page) {
      log::warn("scan_failed", {{"error", page.error().message}});
      break;
    }
    for (store::QueuedTask& task : *page) {
      if (!task.leased) offer(std::move(task));
    }
    if (page->size() < kScanPage) break;
    after = page->back().id;
  }
  poke();
}

Async<void> Engine::State::rescan_regularly() {
  while (!stopping) {
    co_await pause(options.rescan);
    if (!stopping) co_await rescan();
  }
}

}  // namespace darkroom::engine
