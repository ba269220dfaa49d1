// The real loops: each is one thread of its own that waits with epoll for descriptors, timers and posted events, plus a
// bounded pool for blocking work (files). Threads: construct and stop from the main thread. Owns the threads. stop()
// returns when they have ended.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "runtime/loop.h"

namespace darkroom {

// Whoever owns a descriptor that a loop watches.
class Watcher {
 public:
  // `events`: bits of epoll(7). May end the watcher.
  virtual void on_events(std::uint32_t events) = 0;

 protected:
  ~Watcher() = default;
};

class EventLoop final : public Loop {
 public:
  // `name` is the thread's name, at most 15 characters.
  explicit EventLoop(std::string name);
  ~EventLoop() override;
  void start();
  // Lets the event that runs now end, drops the others, joins the thread. Idempotent.
  void stop();
  bool is_stopped() const;

  void post(Callback event) override;
  TimerId call_at(SteadyTime when, Callback event) override;
  void cancel_timer(TimerId timer) override;
  SteadyTime now() const override;
  bool is_here() const override;

  // From here on the watcher hears once of each change: input, room for output, the end of either (edge-triggered). On
  // this loop's thread; so are the other two. Fails with unavailable when the kernel has no room for another watch.
  Status watch(int fd, Watcher& watcher);
  // It also hears of what is there already.
  void ask_again(int fd, Watcher& watcher);
  // It hears nothing more. Call before the descriptor is closed.
  void forget(int fd, Watcher& watcher);

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
