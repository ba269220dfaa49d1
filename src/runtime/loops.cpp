#include "runtime/loops.h"

#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <unordered_map>

#include "base/check.h"

namespace darkroom {
namespace asio = boost::asio;

struct AsioLoop::State {
  explicit State(std::string thread_name)
      : name(std::move(thread_name)), guard(asio::make_work_guard(context)), timer(context) {}

  // All timers of the loop share one Asio timer, set to the earliest.
  void arm() {
    if (timers.empty()) return;
    const SteadyTime first = timers.begin()->first.first;
    if (armed_for == first) return;
    armed_for = first;
    timer.expires_at(first);
    timer.async_wait([this](const boost::system::error_code& ec) {
      if (ec) return;
      armed_for = SteadyTime::max();
      run_due();
    });
  }
  void run_due() {
    const SteadyTime now = SystemClock().steady_now();
    while (!timers.empty() && timers.begin()->first.first <= now) {
      auto node = timers.extract(timers.begin());
      when_of.erase(node.key().second);
      node.mapped()();
    }
    arm();
  }

  std::string name;
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard;
  asio::basic_waitable_timer<std::chrono::steady_clock> timer;
  std::map<std::pair<SteadyTime, TimerId>, Callback> timers;
  std::unordered_map<TimerId, SteadyTime> when_of;
  SteadyTime armed_for = SteadyTime::max();
  TimerId last_timer = 0;
  std::thread thread;
  std::atomic<std::thread::id> thread_id{};
};

AsioLoop::AsioLoop(std::string name) : state_(std::make_unique<State>(std::move(name))) {}
AsioLoop::~AsioLoop() { stop(); }

void AsioLoop::start() {
  state_->thread = std::thread([state = state_.get()] {
    pthread_setname_np(pthread_self(), state->name.substr(0, 15).c_str());
    state->thread_id = std::this_thread::get_id();
    state->context.run();
  });
}

void AsioLoop::stop() {
  state_->context.stop();
  if (state_->thread.joinable()) state_->thread.join();
}

void AsioLoop::post(Callback event) { asio::post(state_->context, std::move(event)); }

Loop::TimerId AsioLoop::call_at(SteadyTime when, Callback event) {
  const TimerId id = ++state_->last_timer;
  state_->timers.emplace(std::pair(when, id), std::move(event));
  state_->when_of.emplace(id, when);
  state_->arm();
  return id;
}

void AsioLoop::cancel_timer(TimerId timer) {
  const auto it = state_->when_of.find(timer);
  if (it == state_->when_of.end()) return;
  state_->timers.erase(std::pair(it->second, timer));
  state_->when_of.erase(it);
}

SteadyTime AsioLoop::now() const { return SystemClock().steady_now(); }
bool AsioLoop::is_here() const { return state_->thread_id.load() == std::this_thread::get_id(); }
asio::io_context& AsioLoop::context() { return state_->context; }

struct BlockingPool::State {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Callback> jobs;
  std::vector<std::thread> threads;
  std::size_t queue_limit = 0;
  bool stopping = false;

  void work() {
    pthread_setname_np(pthread_self(), "blocking");
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [this] { return stopping || !jobs.empty(); });
      if (jobs.empty()) return;
      Callback job = std::move(jobs.front());
      jobs.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }
};

BlockingPool::BlockingPool(std::size_t threads, std::size_t queue_limit) : state_(std::make_unique<State>()) {
  DR_CHECK(threads > 0);
  state_->queue_limit = queue_limit;
  for (std::size_t i = 0; i < threads; ++i) state_->threads.emplace_back([state = state_.get()] { state->work(); });
}

BlockingPool::~BlockingPool() { stop(); }

void BlockingPool::submit(Callback job) {
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->stopping && state_->jobs.size() < state_->queue_limit) {
      state_->jobs.push_back(std::move(job));
      state_->wake.notify_one();
      return;
    }
  }
  job();
}

void BlockingPool::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
  for (std::thread& thread : state_->threads) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace darkroom
