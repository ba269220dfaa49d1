// Run: one task's life under one lease, a coroutine that asks task/machine for the next action, performs exactly that,
// stores the result, and goes on until the task waits or ends. The engine's units only.
// Threads: the engine's loop. Owns: the task's working copy and its slots.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine_state.h"
#include "engine/mailbox.h"

namespace darkroom::engine {

inline constexpr milliseconds kUnknownUpstreamRetry{10'000};  // until the configuration may have it again

class Run {
 public:
  Run(Engine::State& engine, task::Task task, Limiter::Slots slots, Holdings held);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Async<void> live();
  // The owner wants it ended. Cuts off what is in flight, unless the rule refuses that: then `done` hears so at once.
  void ask_cancel(CancelDone done);

  // After live(). Whether the task waits, and should be offered again.
  bool is_waiting() const { return waiting_; }
  const task::Task& task() const { return task_; }
  Holdings take_held() { return std::move(held_); }
  // Those who asked too late for this run.
  std::vector<CancelDone> take_cancels() { return std::exchange(cancels_, {}); }

 private:
  // How one question ended.
  struct Ended {
    std::uint32_t call = 0;
    std::string upstream;
    std::size_t key = 0;
    SteadyTime began{};
    CallOutcome outcome;
  };
  using Box = std::shared_ptr<Mailbox<Ended>>;

  // False: this lease is lost, somebody else has the task.
  Async<bool> save();
  Async<bool> save_decisions();
  // These: false when the run must end here.
  Async<bool> perform(task::Action action);
  Async<bool> fetch_references();
  Async<bool> submit(std::vector<std::uint32_t> calls);
  Async<bool> poll(std::vector<std::uint32_t> calls);
  Async<bool> look_up(std::vector<std::uint32_t> calls);
  Async<bool> save_outputs(std::vector<Ended> finished);
  Async<bool> collect(Box box, std::size_t in_flight);
  Async<void> wait_for(WallTime when);
  // True: the task has ended, or the lease is lost.
  Async<bool> cancel();

  // Whether it was sent before, wherever to.
  bool is_repeat(std::uint32_t call) const;
  // What that route says to it now.
  Gate gate_of(std::uint32_t call, std::uint32_t route) const;
  std::vector<std::uint32_t> find_ways(const std::vector<std::uint32_t>& calls);
  // Whether the call could go to another route now.
  bool has_other_way(std::uint32_t call) const;
  bool find_slots(const std::vector<std::uint32_t>& calls);
  void join_line(const std::vector<std::uint32_t>& calls);
  std::vector<std::uint32_t> admit(const std::vector<std::uint32_t>& calls, std::vector<std::size_t>& keys);
  std::vector<std::uint32_t> pick_known(const std::vector<std::uint32_t>& calls);
  CallOrder make_order(Ask ask, std::uint32_t call, std::size_t key) const;
  Box ask_all(Ask ask, const std::vector<std::uint32_t>& calls);
  static Async<void> ask_one(Engine::State& engine, CallOrder order, Box box);
  static Async<void> save_one(Engine::State& engine, CallOrder order, std::shared_ptr<FinishedJob> job, Box box);
  std::vector<CallOrder> make_stop_orders() const;

  void take_submit(Ended ended);
  void take_poll(Ended ended, std::vector<Ended>& finished);
  void take_look_up(Ended ended);
  void take_saved(Ended ended);
  void take_failure(Ended ended);
  void rest_keys(const Ended& ended, WallTime now);
  void log_attempt(const Ended& ended, std::string_view outcome, const task::CallFailure* failure) const;
  milliseconds took(const Ended& ended) const;
  // What operators hear of it.
  void tell_delivered(const Ended& ended, milliseconds took) const;
  void tell_accepted(const Ended& ended) const;
  void tell_failed(const Ended& ended, const task::CallFailure& failure) const;
  void tell_polled(const Ended& ended, const AskAgain& answer) const;
  void tell_not_saved(const Ended& ended, const AskAgain& answer) const;
  WallTime next_question(const task::Call& call, const Ended& ended) const;
  const task::Route& route_of(std::uint32_t call) const;
  void hold_jobs();
  void drop_slots();

  Engine::State& engine_;
  task::Task task_;
  task::Change change_;  // what the machine has decided since the last save
  Limiter::Slots slots_;
  Holdings held_;
  std::vector<CancelDone> cancels_;
  bool waiting_ = false;
};

}  // namespace darkroom::engine
