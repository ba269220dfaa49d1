// The real loops: each is an Asio io_context run by one thread of its own, plus a bounded pool for blocking work
// (files). Threads: construct and stop from the main thread. Owns the threads. stop() returns when they have ended.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "runtime/loop.h"

namespace boost::asio {
class io_context;
}

namespace darkroom {

class AsioLoop final : public Loop {
 public:
  // `name` is the thread's name, at most 15 characters.
  explicit AsioLoop(std::string name);
  ~AsioLoop() override;
  void start();
  // Lets the event that runs now end, drops the others, joins the thread. Idempotent.
  void stop();

  void post(Callback event) override;
  TimerId call_at(SteadyTime when, Callback event) override;
  void cancel_timer(TimerId timer) override;
  SteadyTime now() const override;
  bool is_here() const override;
  boost::asio::io_context& context();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Threads for calls that block (fsync, directory work). At most `queue_limit` jobs wait; beyond that submit() runs the
// job on the calling thread, so the bound becomes back-pressure instead of loss.
class BlockingPool {
 public:
  BlockingPool(std::size_t threads, std::size_t queue_limit);
  ~BlockingPool();
  void submit(Callback job);
  // Finishes what is queued, then joins. Idempotent.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace darkroom
