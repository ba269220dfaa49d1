// round_trip ANSWER TASKS ANSWERS_PER_SECOND POLL_EVERY_MS: a vendor and his customers in one program, so that both
// ends of a task's way read the same clock.
//   stdout  vendor PORT                          where the gateway's upstream must point
//   stdin   PORT KEY                             the gateway, once it listens
//   stdout  held SECONDS                         every task was submitted and is with the vendor
//           seen P50_MS P99_MS WORST_MS          from an answer's last byte sent to the poll that shows it
//           took SECONDS                         from the first answer to the last task seen
//           calls N                              that the vendor got; more than TASKS were repeated
// The customers submit TASKS tasks, then poll each task from the moment its answer was sent, every POLL_EVERY_MS until
// it has ended. Exit code 1 when a task failed or is not seen within two minutes.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <optional>
#include <queue>
#include <thread>
#include <vector>

#include "base/check.h"
#include "bench/loopback.h"
#include "bench/vendor.h"

namespace darkroom::bench {
namespace {

using Clock = Vendor::Clock;
constexpr std::size_t kConnections = 4;
constexpr std::chrono::seconds kLongest{120};
constexpr std::size_t kTaskIdChars = 37;  // task_ and 32 digits

// Tasks whose answer was sent and that no poll has shown yet, by the time of their next poll.
class Outstanding {
 public:
  struct Task {
    std::size_t number = 0;
    Clock::time_point answered;
    Clock::time_point next_poll;
    bool operator<(const Task& other) const { return next_poll > other.next_poll; }  // the soonest on top
  };

  explicit Outstanding(std::size_t tasks) : left_(tasks) {}

  void add(Task task) {
    const std::lock_guard lock(mutex_);
    tasks_.push(task);
    changed_.notify_one();
  }

  // The next task when its time has come; nothing when all have been seen, or too late.
  std::optional<Task> take(Clock::time_point give_up) {
    std::unique_lock lock(mutex_);
    for (;;) {
      const auto now = Clock::now();
      if (left_ == 0 || now >= give_up) return std::nullopt;
      if (!tasks_.empty() && tasks_.top().next_poll <= now) break;
      changed_.wait_until(lock, tasks_.empty() ? give_up : tasks_.top().next_poll);
    }
    const Task task = tasks_.top();
    tasks_.pop();
    return task;
  }

  void seen(double milliseconds, bool completed) {
    const std::lock_guard lock(mutex_);
    seen_.push_back(milliseconds);
    if (!completed) ++failed_;
    if (--left_ == 0) changed_.notify_all();
  }

  bool print() {
    const std::lock_guard lock(mutex_);
    if (left_ > 0 || failed_ > 0) {
      fmt::print(stderr, "round_trip: {} tasks not seen, {} failed\n", left_, failed_);
      return false;
    }
    std::ranges::sort(seen_);
    fmt::print("seen {:.1f} {:.1f} {:.1f}\n", seen_[seen_.size() / 2], seen_[seen_.size() * 99 / 100], seen_.back());
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::priority_queue<Task> tasks_;
  std::vector<double> seen_;
  std::size_t failed_ = 0;
  std::size_t left_;
};

class Customers {
 public:
  Customers(std::uint16_t port, std::string key, std::size_t tasks) : port_(port), key_(std::move(key)), ids_(tasks) {
    for (std::size_t i = 0; i < kConnections; ++i) sockets_.push_back(connect_to_loopback(port_));
  }

  void submit() {
    on_each_connection([this](int socket) {
      for (std::size_t i = next_++; i < ids_.size(); i = next_++) {
        const std::string body =
            fmt::format(R"({{"model":"gemini-2.5-flash-image-preview","prompt":"picture {} of a bamboo path"}})", i);
        send_all(socket, fmt::format("POST /api/v1/images/generations HTTP/1.1\r\n{}Content-Type: application/json\r\n"
                                     "Content-Length: {}\r\n\r\n{}",
                                     common_head(), body.size(), body));
        const std::string answer = receive_answer(socket);
        const std::size_t at = answer.find("task_");
        if (at == std::string::npos) fmt::print(stderr, "round_trip: {}\n", answer);
        DR_CHECK(at != std::string::npos);
        ids_[i] = answer.substr(at, kTaskIdChars);
      }
    });
  }

  void poll(Outstanding& outstanding, std::chrono::milliseconds every) {
    const auto give_up = Clock::now() + kLongest;
    on_each_connection([&](int socket) {
      while (auto task = outstanding.take(give_up)) {
        send_all(socket, fmt::format("GET /api/v1/tasks/{} HTTP/1.1\r\n{}\r\n", ids_[task->number], common_head()));
        const std::string answer = receive_answer(socket);
        const auto now = Clock::now();
        const bool completed = answer.find(R"("status":"completed")") != std::string::npos;
        if (completed || answer.find(R"("status":"failed")") != std::string::npos) {
          outstanding.seen(std::chrono::duration<double, std::milli>(now - task->answered).count(), completed);
        } else {
          // A task that is late is asked for less often: customers of their own making must not be what delays it.
          task->next_poll = now + std::max<Clock::duration>(every, (now - task->answered) / 8);
          outstanding.add(*task);
        }
      }
    });
  }

 private:
  std::string common_head() const {
    return fmt::format("Host: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\n", port_, key_);
  }
  void on_each_connection(const std::function<void(int)>& work) const {
    std::vector<std::thread> threads;
    for (const int socket : sockets_) threads.emplace_back(work, socket);
    for (std::thread& thread : threads) thread.join();
  }

  std::uint16_t port_;
  std::string key_;
  std::vector<int> sockets_;
  std::atomic<std::size_t> next_ = 0;
  std::vector<std::string> ids_;
};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

bool wait_until_held(const Vendor& vendor, std::size_t tasks) {
  const auto give_up = Clock::now() + kLongest;
  while (vendor.held() < tasks && Clock::now() < give_up) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  if (vendor.held() >= tasks) return true;
  fmt::print(stderr, "round_trip: only {} of {} calls came\n", vendor.held(), tasks);
  return false;
}

int run(Vendor::Plan plan, std::chrono::milliseconds poll_every) {
  Outstanding outstanding(plan.calls);
  Vendor vendor(plan, [&](std::size_t number, Clock::time_point at) { outstanding.add({number, at, at}); });
  std::thread vendor_thread([&] { vendor.run(); });
  fmt::print("vendor {}\n", vendor.port());
  std::fflush(stdout);
  std::uint16_t port = 0;
  std::string key;
  bool good = static_cast<bool>(std::cin >> port >> key);
  if (good) {
    Customers customers(port, key, plan.calls);
    const auto started = Clock::now();
    customers.submit();
    good = wait_until_held(vendor, plan.calls);
    fmt::print("held {:.2f}\n", seconds_since(started));
    const auto released = Clock::now();
    vendor.release();
    if (good) customers.poll(outstanding, poll_every);
    good = good && outstanding.print();
    fmt::print("took {:.2f}\ncalls {}\n", seconds_since(released), vendor.held());
  }
  vendor.stop();
  vendor_thread.join();
  return good ? 0 : 1;
}

std::size_t parse(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void raise_descriptor_limit() {
  rlimit limit{};
  DR_CHECK(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = limit.rlim_max;
  DR_CHECK(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

}  // namespace
}  // namespace darkroom::bench

int main(int argc, char** argv) {
  using namespace darkroom::bench;
  if (argc != 5 || parse(argv[2]) == 0) {
    fmt::print(stderr, "usage: round_trip ANSWER TASKS ANSWERS_PER_SECOND POLL_EVERY_MS\n");
    return 2;
  }
  raise_descriptor_limit();
  return run({argv[1], parse(argv[2]), parse(argv[3])}, std::chrono::milliseconds(parse(argv[4])));
}
