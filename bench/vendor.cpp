#include "bench/vendor.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "base/check.h"
#include "bench/loopback.h"

namespace darkroom::bench {
namespace {

constexpr int kTickMilliseconds = 1;
constexpr std::string_view kPrompt = "picture ";

std::size_t number_in(std::string_view body) {
  const std::size_t at = body.find(kPrompt);
  DR_CHECK(at != std::string_view::npos);
  std::size_t number = 0;
  std::from_chars(body.data() + at + kPrompt.size(), body.data() + body.size(), number);
  return number;
}

}  // namespace

Vendor::Vendor(Plan plan, std::function<void(std::size_t, Clock::time_point)> answered)
    : plan_(std::move(plan)),
      answered_(std::move(answered)),
      file_(::open(plan_.answer_file.c_str(), O_RDONLY | O_CLOEXEC)),
      listener_(listen_on_loopback()),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  struct stat status{};
  DR_CHECK(file_ >= 0 && ::fstat(file_, &status) == 0);
  file_bytes_ = status.st_size;
  head_ = http_head(static_cast<std::size_t>(file_bytes_));
  DR_CHECK(::fcntl(listener_, F_SETFL, O_NONBLOCK) == 0);
  watch(listener_, EPOLL_CTL_ADD, EPOLLIN);
}

std::uint16_t Vendor::port() const { return port_of_socket(listener_); }

void Vendor::watch(int socket, int operation, std::uint32_t events) const {
  epoll_event event{};
  event.events = events;
  event.data.fd = socket;
  DR_CHECK(::epoll_ctl(epoll_, operation, socket, &event) == 0);
}

void Vendor::run() {
  while (!is_stopping_) {
    std::array<epoll_event, 256> events;
    const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kTickMilliseconds);
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.fd == listener_) {
        accept_all();
      } else if ((event.events & EPOLLOUT) != 0) {
        go_on_answering(event.data.fd);
      } else {
        read_from(event.data.fd);
      }
    }
    if (is_released_) answer_due();
  }
}

void Vendor::accept_all() {
  for (;;) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
      DR_CHECK(errno == EAGAIN || errno == ECONNABORTED);
      return;
    }
    connections_[socket] = {};
    watch(socket, EPOLL_CTL_ADD, EPOLLIN);
  }
}

void Vendor::read_from(int socket) {
  Connection& connection = connections_.at(socket);
  char bytes[16 << 10];
  const ssize_t got = ::recv(socket, bytes, sizeof(bytes), 0);
  if (got <= 0) {
    if (got < 0 && errno == EAGAIN) return;
    std::erase(waiting_, socket);
    connections_.erase(socket);
    ::close(socket);
    return;
  }
  std::string& request = connection.request;
  request.append(bytes, static_cast<std::size_t>(got));
  const std::size_t end = request.find("\r\n\r\n");
  if (end == std::string::npos) return;
  const std::size_t size = end + 4 + content_length(std::string_view(request).substr(0, end + 2));
  if (request.size() < size) return;
  connection.number = number_in(std::string_view(request).substr(end + 4));
  request.clear();
  waiting_.push_back(socket);
  ++held_;
}

void Vendor::answer_due() {
  const auto now = Clock::now();
  if (released_at_ == Clock::time_point{}) released_at_ = now;
  std::size_t due = plan_.calls;
  if (plan_.answers_per_second > 0 && released_ < plan_.calls) {
    const double passed = std::chrono::duration<double>(now - released_at_).count();
    due = static_cast<std::size_t>(passed * static_cast<double>(plan_.answers_per_second));
  }
  while (!waiting_.empty() && (released_ < due || released_ >= plan_.calls)) {
    ++released_;
    const int socket = waiting_.front();
    waiting_.pop_front();
    begin_answer(socket);
  }
}

void Vendor::begin_answer(int socket) {
  Connection& connection = connections_.at(socket);
  connection.is_answering = true;
  connection.head_sent = 0;
  connection.file_sent = 0;
  go_on_answering(socket);
  if (connection.is_answering) watch(socket, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

void Vendor::go_on_answering(int socket) {
  Connection& connection = connections_.at(socket);
  while (connection.head_sent < head_.size()) {
    const ssize_t sent = ::send(socket, head_.data() + connection.head_sent, head_.size() - connection.head_sent,
                                MSG_NOSIGNAL | MSG_MORE);
    if (sent <= 0) return;
    connection.head_sent += static_cast<std::size_t>(sent);
  }
  while (connection.file_sent < file_bytes_) {
    off_t at = connection.file_sent;
    const ssize_t sent = ::sendfile(socket, file_, &at, static_cast<std::size_t>(file_bytes_ - connection.file_sent));
    if (sent <= 0) {
      DR_CHECK(errno == EAGAIN);
      return;
    }
    connection.file_sent = at;
  }
  const auto now = Clock::now();
  connection.is_answering = false;
  watch(socket, EPOLL_CTL_MOD, EPOLLIN);
  answered_(connection.number, now);
}

}  // namespace darkroom::bench
