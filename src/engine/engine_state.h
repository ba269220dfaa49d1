// The engine's inside, shared by its units (dispatcher, runner, sweeper); nobody else includes it.
// Threads: the engine's loop, but for `inbox` and `medians`, which lock.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/guarded.h"
#include "engine/engine.h"
#include "engine/medians.h"
#include "engine/minute_count.h"
#include "engine/pauses.h"
#include "engine/prober.h"
#include "engine/ready_queue.h"
#include "engine/upstream_health.h"

namespace darkroom::engine {

// Which tasks this engine has in hand, and how many of each account and key.
struct InHand {
  std::unordered_set<TaskId> tasks;
  std::unordered_map<AccountId, std::uint32_t> by_account;
  std::unordered_map<KeyId, std::uint32_t> by_key;
  std::function<void(AccountId)> on_leave;  // it may run another one
};

// What a task has at upstreams beyond its runs: by call, what its jobs at a vendor occupy; and its place in the line
// for the slots of its other calls.
struct Holdings {
  std::map<std::uint32_t, Limiter::Slot> slots;
  Limiter::Waiter waiter;
};

// A task's place among those in hand: from the moment it is picked until its runner is done with it, so that no second
// runner of this engine ever takes it up, and the allowances of its account and key count it.
class Place {
 public:
  Place(InHand& in_hand, TaskId task, AccountId account, KeyId key);
  Place(Place&& other) noexcept;
  Place& operator=(Place&&) = delete;
  ~Place() { leave(); }
  void leave();
  // Nobody runs the task while its vendor works, yet it still counts for its account; and back.
  void rest();
  void resume();

 private:
  InHand* in_hand_;
  TaskId task_;
  AccountId account_;
  KeyId key_;
};

// A task that may start: its slots and its place are taken.
struct Start {
  TaskId id;
  Limiter::Slots slots;
  Place place;
  Holdings held;
};

// A task whose jobs a vendor works on, between two polls.
struct Resting {
  Place place;
  Holdings held;
};

using CancelDone = std::move_only_function<void(Result<task::Task>)>;
class Run;

struct Engine::State {
  State(EngineParts engine_parts, EngineOptions engine_options);

  // dispatcher
  Async<void> dispatch();
  std::vector<Start> pick_batch(WallTime now);
  void pick_polls(WallTime now, std::vector<Start>& batch);
  void pick_new(WallTime now, std::vector<Start>& batch);
  bool account_may_run(AccountId account) const;
  bool key_may_run(KeyId key) const;
  // The upstream whose slots that task needs next; nothing while none is free.
  std::optional<std::string> find_room(const store::QueuedTask& task, WallTime now) const;
  std::optional<WallTime> next_pick(WallTime now) const;
  Async<void> claim_and_run(std::vector<Start> batch);
  Async<void> adopt(Start start);
  void poke();                         // the dispatcher looks again
  void offer(store::QueuedTask task);  // into the queue, unless it is in hand
  Async<void> rescan();
  Async<void> rescan_regularly();

  // runner
  // `wishes`: to cancel it, from before it runs.
  Async<void> run_task(task::Task task, Start start, std::vector<CancelDone> wishes = {});
  Async<void> cancel_task(TaskId id, CancelDone done);
  Async<void> cancel_claimed(task::Task task, CancelDone done);
  // Callers' own deadlines, of tasks that wait for their turn; a task that runs looks at its own.
  void note_deadline(WallTime when, TaskId id);
  void arm_deadlines();
  void cancel_overdue();
  // Asks the vendors to stop what nobody waits for any more.
  void stop_jobs(std::vector<CallOrder> jobs);

  // sweeper
  Async<Status> void_dead_leases();
  Async<void> sweep_regularly();
  Async<void> sweep_media();
  Async<void> sweep_submits();

  // durations: what the medians know is kept over a restart, since a first question to a vendor is placed by it
  Async<void> load_durations();
  Async<void> save_durations();

  // Our disk has refused what a vendor gave and may bill: nothing more is asked of any until it takes a trial.
  void hold_for_room();
  Async<void> await_room();

  // Suspends for that long, or until stop().
  Async<void> pause(milliseconds time) { return pauses.wait(time); }
  void note_ended(const task::Task& task);
  void count_attempt(const std::string& upstream, std::string_view outcome);
  std::vector<UpstreamStatus> list_upstreams() const;
  QueueReport count_queue();
  const QueueReport& queue_report();
  WallTime now() const { return parts.clock.wall_now(); }

  EngineParts parts;
  EngineOptions options;
  Medians medians;      // of tasks, by model
  Medians job_medians;  // of an asynchronous vendor's jobs, by upstream and wire model
  std::map<std::string, std::string> saved_durations;  // settings as the store has them
  ReadyQueue queue;     // that need a slot
  ReadyQueue polls;     // whose vendor is to be asked
  std::unordered_map<TaskId, Run*> runs;
  InHand in_hand;
  std::atomic<std::size_t> running = 0;
  std::atomic<std::size_t> waiting = 0;
  Limiter limiter;
  UpstreamHealth health;
  std::optional<QueueReport> last_report;
  MinuteCount ended;  // tasks
  std::unordered_map<TaskId, Resting> resting;
  Guarded<std::vector<store::QueuedTask>> inbox;
  bool stopping = false;      // nothing new begins
  bool disk_is_full = false;  // hold_for_room() waits
  bool cutting = false;       // what is in flight is cut off
  std::coroutine_handle<> idle_dispatcher;
  Loop::TimerId due_timer = 0;
  std::set<std::pair<WallTime, TaskId>> deadlines;
  Loop::TimerId deadline_timer = 0;
  Pauses pauses;
  AsyncScope scope;
  Prober prober;
  AsyncScope closing;  // who waits for `scope` to be empty
};

}  // namespace darkroom::engine
