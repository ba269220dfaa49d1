// World: the whole engine and store on a fake clock, with customers, vendors and a disk that misbehave as the seed
// says. After every step the invariants of docs/TASK_STATES.md are checked; at the end the faults stop and everything
// that was acknowledged must come to its end. Threads: one. Fails by returning the broken rule; run_seed() is a pure
// function of its arguments.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/notifier.h"
#include "store/memory/tables.h"
#include "tests/sim/sim_loop.h"
#include "tests/sim/vendors.h"
#include "tests/support/faulty_store.h"

namespace darkroom::sim {

struct RunReport {
  std::string violation;    // empty: every rule held
  std::uint64_t trace = 0;  // equal for equal seeds
  std::uint64_t steps = 0;
  std::uint64_t tasks = 0;
  std::uint64_t crashes = 0;
  std::uint64_t unknowns = 0;
};

RunReport run_seed(std::uint64_t seed);

// What each task may and may not do, watched from outside the engine.
struct Watch {
  bool acknowledged = false;
  task::State state = task::State::queued;
  std::uint32_t fence = 0;
  std::uint32_t events = 0;
};

// A customer's key, perhaps with limits of its own.
struct Key {
  AccountId account;
  KeyId id;
  std::optional<std::int64_t> concurrent_tasks;
  std::optional<MicroCredits> month_limit;
};

class World final : public engine::UpstreamCaller, public engine::References, public engine::WebhookSender {
 public:
  explicit World(std::uint64_t seed);
  ~World() override;
  RunReport run();

 private:
  // engine::UpstreamCaller: the vendors
  Async<engine::CallOutcome> perform(engine::CallOrder order) override;
  Async<engine::CallOutcome> save(engine::CallOrder order, std::shared_ptr<engine::FinishedJob> job) override;
  bool can_look_up(const engine::Upstream& upstream) const override { return upstream.name == "second"; }
  void cancel(TaskId) override {}
  void cancel_all() override {}  // of the receivers too
  // engine::References: customers' pictures
  Async<Result<std::vector<task::Reference>>> fetch(TaskId task, AccountId account,
                                                    std::vector<task::ReferenceSource> sources) override;
  void forget(TaskId) override {}
  // engine::WebhookSender: receivers of messages
  Async<std::optional<webhook::Answer>> send(engine::WebhookOrder order) override;
  static webhook::Message make_message(const task::Task& task);
  void check_message(const engine::WebhookOrder& order);

  void set_up_accounts();
  void make_key(AccountId account);
  std::optional<std::int64_t> concurrent_tasks_of(KeyId key) const;
  void make_endpoint(AccountId account, std::string url);
  void boot();
  void crash();
  void submit();
  task::Plan make_plan();
  void check_order(const engine::CallOrder& order);
  void check_repeats(const engine::CallOrder& order);
  bool is_begun_while_drained(const engine::CallOrder& order) const;
  void cancel_something();
  void steer_something();
  void steer(const std::string& upstream, bool is_drained);
  test::Fault decide_fault(std::string_view verb);
  void run_store_item();
  std::uint64_t intents_in_flight() const;

  void check();
  void check_months();
  void check_task(const task::Task& task);
  void check_end();
  void check_deliveries(const task::Task& task);
  bool is_all_delivered() const;
  void broken(std::string rule);
  void mix(std::uint64_t value);
  bool chance(double probability) { return random_.unit() < probability; }
  Async<void> sleep(milliseconds time);

  SeededRandom random_;
  SimClock clock_;
  SimLoop loop_{clock_};
  std::shared_ptr<store::MemoryData> data_ = store::make_memory_data();
  std::deque<std::move_only_function<void()>> store_items_;  // of the store's thread, in order
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<engine::Notifier> notifier_;
  bool faults_ = true;
  bool disk_is_full_ = false;  // the blobs'; the store has its own faults
  bool wrote_ = false;  // something queued at the store may change it
  double fault_rate_ = 0;
  double trouble_rate_ = 0;
  std::vector<AccountId> accounts_;
  std::vector<Key> keys_;
  std::map<TaskId, Watch> watched_;
  std::map<AccountId, std::string> endpoints_;  // URLs; not every account has one
  struct Receipt {
    std::string body;
    bool accepted = false;
  };
  std::map<std::pair<std::string, std::string>, Receipt> receipts_;  // by URL and message id
  Vendors vendors_{random_, [this] { return faults_ && chance(trouble_rate_); }};
  // When calls were sent to each upstream since the start: for the first time, and again.
  struct Sent {
    std::deque<WallTime> firsts;
    std::deque<WallTime> repeats;
  };
  std::map<std::string, Sent> sent_;
  // The drained upstreams, and the latest wall time that was seen before they were.
  std::map<std::string, WallTime> drained_;
  WallTime latest_{};
  task::CancelRule cancel_rule_ = task::CancelRule::free;
  std::uint64_t lost_at_most_ = 0;  // crashes with a submit under way: nobody can know how it ended, INV-31
  std::uint64_t given_up_ = 0;      // calls that were out when their task ended
  RunReport report_;
};

}  // namespace darkroom::sim
