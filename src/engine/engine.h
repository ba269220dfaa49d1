// Engine: takes accepted tasks to their end. One loop; everything outside comes in through a port, so the simulation
// runs this very code on a fake clock with a fake vendor and a faulty store.
//   dispatcher  picks the next task and claims it            runner   performs what task/machine decides
//   limiter     slots, keys, breakers                        sweeper  dead leases at start, retention
// Threads: start() and stop() from the main thread or the loop; the others from any thread.
// Owns: every coroutine it spawns; stop() lets calls in flight end within the drain time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/random.h"
#include "blob/blob_store.h"
#include "engine/limiter.h"
#include "engine/queue_report.h"
#include "engine/upstream_caller.h"
#include "runtime/async_scope.h"
#include "store/store.h"
#include "task/machine.h"

namespace darkroom::engine {

struct EngineOptions {
  std::vector<Upstream> upstreams;
  task::RetryPolicy retry;
  std::uint32_t concurrent_tasks = 50;  // of one account, running at once
  task::CancelRule cancel_running = task::CancelRule::free;
  std::size_t queue_capacity = 200'000;  // tasks known in memory; the rest stay in the store until there is room
  milliseconds rescan{10'000};           // how often the store is asked for tasks whose hint was lost
  milliseconds sweep{60'000};            // how often retention is applied
  milliseconds media_retention{7LL * 24 * 3600 * 1000};
};

struct EngineParts {
  Loop& loop;
  const Clock& clock;
  Random& random;
  store::Store& store;
  UpstreamCaller& caller;
  References& references;
  // Deletes their blobs, then runs done on any thread.
  std::function<void(std::vector<TaskId>, Callback done)> remove_media = {};
  // Whether the blobs' disk would take a large output now; runs done on any thread. No function: it always does.
  std::function<void(std::move_only_function<void(bool)> done)> has_room = {};
  std::function<void(const task::Task&)> on_committed;  // after each commit of a step; on the loop
  // What webhooks are told of a task that ends.
  std::function<webhook::Message(const task::Task&)> make_message;
  Metrics* metrics = nullptr;
  // How many tasks of a key may run at once; nothing, or no function: as many as its account's.
  std::function<std::optional<std::int64_t>(KeyId)> concurrent_tasks_of = {};
};

class Engine {
 public:
  Engine(EngineParts parts, EngineOptions options);
  ~Engine();

  // Voids all leases, learns what is unfinished, begins to work. `ready` runs on the loop once tasks can flow.
  void start(std::move_only_function<void(Status)> ready);
  // A task was accepted. A hint: losing it delays the task to the next rescan, no more.
  void wake(store::QueuedTask task);
  // What a key may do has changed: looks again at what waits.
  void look_again();
  // Ends a task on its owner's wish, wherever it stands, by options.cancel_running. `done` runs on the loop, with the
  // task as it ended, or task_not_found, conflict (it had ended, or the rule refuses), or what the store says.
  void cancel(TaskId id, std::move_only_function<void(Result<task::Task>)> done);
  // Takes no more work; `stopped` runs when nothing runs any more. Calls in flight at `deadline` are cut off.
  void stop(SteadyTime deadline, Callback stopped);
  // A simulated crash: every coroutine ends where it stands.
  void abandon();

  // Drained: no new calls are sent there; what is out runs on, and tasks go to the next route, or wait for the end of
  // it where there is none. Holds for the calls that begin after list_upstreams() shows it.
  void set_drained(std::string upstream, bool is_drained);
  // When its vendor is asked for nothing whether it is well; nothing happens where it cannot be asked.
  void set_probe(std::string upstream, ProbePolicy policy);
  // Asks now, as Prober::test(). `done` runs on the loop. From any thread.
  void test_upstream(std::string upstream, std::move_only_function<void(Result<ProbeFinding>)> done);
  // How every upstream is, by name; brings its gauges up to date too. `done` runs on the loop. From any thread.
  void list_upstreams(std::move_only_function<void(std::vector<UpstreamStatus>)> done) const;

  // What waits and what is in hand, kQueueReportPause old at most. `done` runs on the loop. From any thread.
  void report_queue(std::move_only_function<void(QueueReport)> done) const;

  // The measured median from accepted to completed; nothing before the first.
  std::optional<double> typical_seconds(std::string_view model) const;
  std::size_t running() const;
  std::size_t waiting() const;

  struct State;  // of the engine's own units

 private:
  std::unique_ptr<State> state_;
};

}  // namespace darkroom::engine
