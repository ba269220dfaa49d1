// A vendor who holds every call until all are there and then answers so many a second, in the order in which they came,
// each with the bytes of one file. A call is known by the number behind "picture " in its body; one that comes again is
// answered at once.
// Threads: run() on one of its own; the others from any. Aborts when a socket fails in a way that spoils the figures.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace darkroom::bench {

class Vendor {
 public:
  using Clock = std::chrono::steady_clock;
  struct Plan {
    std::string answer_file;
    std::size_t calls = 0;
    std::size_t answers_per_second = 0;  // 0: all at once
  };
  // `answered` is called on run()'s thread when the last byte of a call's answer has been given to the kernel.
  Vendor(Plan plan, std::function<void(std::size_t number, Clock::time_point)> answered);

  std::uint16_t port() const;
  std::size_t held() const { return held_; }
  void release() { is_released_ = true; }
  void run();
  void stop() { is_stopping_ = true; }

 private:
  struct Connection {
    std::string request;
    std::size_t number = 0;
    bool is_answering = false;
    std::size_t head_sent = 0;
    std::int64_t file_sent = 0;
  };

  void accept_all();
  void read_from(int socket);
  void answer_due();
  void begin_answer(int socket);
  void go_on_answering(int socket);
  void watch(int socket, int operation, std::uint32_t events) const;

  Plan plan_;
  std::function<void(std::size_t, Clock::time_point)> answered_;
  int file_;
  std::int64_t file_bytes_;
  std::string head_;
  int listener_;
  int epoll_;
  std::unordered_map<int, Connection> connections_;
  std::deque<int> waiting_;  // in the order in which they came
  std::size_t released_ = 0;
  Clock::time_point released_at_{};
  std::atomic<std::size_t> held_ = 0;
  std::atomic<bool> is_released_ = false;
  std::atomic<bool> is_stopping_ = false;
};

}  // namespace darkroom::bench
