#include "runtime/loops.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <span>
#include <system_error>
#include <unordered_map>

#include "base/check.h"

namespace darkroom {
namespace {

// How many descriptors have their turn before posted events have theirs again.
constexpr std::size_t kDescriptorsAtOnce = 64;
constexpr std::uint32_t kChanges = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

thread_local const EventLoop* loop_of_this_thread = nullptr;

}  // namespace

struct EventLoop::State final : Watcher {
  explicit State(std::string thread_name) : name(std::move(thread_name)) {
    DR_CHECK(epoll >= 0 && bell >= 0 && alarm >= 0);
    // Neither is ever read: a new write or a new time is a new change.
    DR_CHECK(control(EPOLL_CTL_ADD, bell, nullptr) == 0);
    DR_CHECK(control(EPOLL_CTL_ADD, alarm, this) == 0);
  }
  ~State() {
    for (const int fd : {epoll, bell, alarm}) ::close(fd);
  }

  int control(int operation, int fd, Watcher* watcher) const {
    epoll_event wanted{};
    wanted.events = kChanges;
    wanted.data.ptr = watcher;
    return ::epoll_ctl(epoll, operation, fd, &wanted);
  }

  void run() {
    while (!stopping) {
      const bool idle = !collect_posted();
      const int count = ::epoll_wait(epoll, changes.data(), static_cast<int>(changes.size()), idle ? -1 : 0);
      asleep = false;
      DR_CHECK(count >= 0 || errno == EINTR);
      pending = std::span(changes).first(static_cast<std::size_t>(std::max(count, 0)));
      // What was posted goes first: a commit is answered before more work is taken on.
      for (Callback& event : running) {
        if (!stopping) event();
      }
      running.clear();
      while (!pending.empty() && !stopping) {
        const epoll_event change = pending.front();
        pending = pending.subspan(1);
        if (change.data.ptr != nullptr) static_cast<Watcher*>(change.data.ptr)->on_events(change.events);
      }
    }
  }
  // False when there is nothing to run: whoever posts from here on rings the bell.
  bool collect_posted() {
    const std::lock_guard lock(mutex);
    running.swap(posted);
    asleep = running.empty();
    return !running.empty();
  }
  void ring() const {
    const std::uint64_t once = 1;
    static_cast<void>(::write(bell, &once, sizeof(once)));
  }

  // All timers share one descriptor, set to the earliest.
  void set_alarm() {
    if (timers.empty()) return;
    const SteadyTime first = timers.begin()->first.first;
    if (alarm_at == first) return;
    alarm_at = first;
    // All zero would turn it off.
    const std::int64_t micros = std::max<std::int64_t>(first.time_since_epoch().count(), 1);
    itimerspec when{};
    when.it_value.tv_sec = micros / 1'000'000;
    when.it_value.tv_nsec = micros % 1'000'000 * 1'000;
    DR_CHECK(::timerfd_settime(alarm, TFD_TIMER_ABSTIME, &when, nullptr) == 0);
  }
  void on_events(std::uint32_t) override {
    alarm_at = SteadyTime::max();
    const SteadyTime now = SystemClock().steady_now();
    while (!timers.empty() && timers.begin()->first.first <= now && !stopping) {
      auto node = timers.extract(timers.begin());
      when_of.erase(node.key().second);
      node.mapped()();
    }
    set_alarm();
  }

  std::string name;
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  const int bell = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  const int alarm = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  std::array<epoll_event, kDescriptorsAtOnce> changes{};
  std::span<epoll_event> pending;  // of the changes, not told yet
  std::vector<Callback> running;   // its memory and that of `posted` are used in turns

  std::mutex mutex;
  std::vector<Callback> posted;
  std::atomic<bool> asleep = false;  // becomes true under the mutex only
  std::atomic<bool> stopping = false;

  std::map<std::pair<SteadyTime, TimerId>, Callback> timers;
  std::unordered_map<TimerId, SteadyTime> when_of;
  SteadyTime alarm_at = SteadyTime::max();
  TimerId last_timer = 0;
  std::thread thread;
};

EventLoop::EventLoop(std::string name) : state_(std::make_unique<State>(std::move(name))) {}
EventLoop::~EventLoop() { stop(); }

void EventLoop::start() {
  state_->thread = std::thread([this] {
    pthread_setname_np(pthread_self(), state_->name.substr(0, 15).c_str());
    loop_of_this_thread = this;
    state_->run();
  });
}

void EventLoop::stop() {
  state_->stopping = true;
  state_->ring();
  if (state_->thread.joinable()) state_->thread.join();
}

bool EventLoop::is_stopped() const { return state_->stopping; }

void EventLoop::post(Callback event) {
  bool asleep = false;
  {
    const std::lock_guard lock(state_->mutex);
    state_->posted.push_back(std::move(event));
    asleep = state_->asleep.exchange(false);
  }
  if (asleep) state_->ring();
}

Loop::TimerId EventLoop::call_at(SteadyTime when, Callback event) {
  const TimerId id = ++state_->last_timer;
  state_->timers.emplace(std::pair(when, id), std::move(event));
  state_->when_of.emplace(id, when);
  state_->set_alarm();
  return id;
}

void EventLoop::cancel_timer(TimerId timer) {
  const auto it = state_->when_of.find(timer);
  if (it == state_->when_of.end()) return;
  state_->timers.erase(std::pair(it->second, timer));
  state_->when_of.erase(it);
}

SteadyTime EventLoop::now() const { return SystemClock().steady_now(); }
bool EventLoop::is_here() const { return loop_of_this_thread == this; }

Status EventLoop::watch(int fd, Watcher& watcher) {
  if (state_->control(EPOLL_CTL_ADD, fd, &watcher) == 0) return {};
  return fail(Code::unavailable, std::generic_category().message(errno));
}

void EventLoop::ask_again(int fd, Watcher& watcher) { DR_CHECK(state_->control(EPOLL_CTL_MOD, fd, &watcher) == 0); }

void EventLoop::forget(int fd, Watcher& watcher) {
  static_cast<void>(state_->control(EPOLL_CTL_DEL, fd, nullptr));
  for (epoll_event& change : state_->pending) {
    if (change.data.ptr == &watcher) change.data.ptr = nullptr;
  }
}
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
