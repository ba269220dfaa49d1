// A loopback server that says exactly what a test wants, byte by byte: half answers, wrong lengths, resets, silence.
// Threads: one accepts, one per connection; the destructor shuts every socket and joins them, so nothing outlives a
// test.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "tests/support/fixture_request.h"

namespace darkroom::test {

class FixtureServer;

class FixtureConnection {
 public:
  FixtureConnection(FixtureServer& server, int fd, SSL* tls) : server_(server), fd_(fd), tls_(tls) {}

  // The next request with its whole body (by Content-Length); nullopt when the peer has closed.
  std::optional<FixtureRequest> read_request() {
    std::size_t head_end;
    while ((head_end = pending_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return std::nullopt;
    }
    FixtureRequest request = parse_request_head(pending_.substr(0, head_end));
    pending_.erase(0, head_end + 4);
    const std::string length = request.header("content-length");
    std::size_t body_bytes = 0;
    std::from_chars(length.data(), length.data() + length.size(), body_bytes);
    while (pending_.size() < body_bytes) {
      if (!receive()) return std::nullopt;
    }
    request.body = pending_.substr(0, body_bytes);
    pending_.erase(0, body_bytes);
    return request;
  }
  // False once the peer has gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = tls_ != nullptr ? SSL_write(tls_, bytes.data(),
                                                       static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)))
                                           : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void answer(int status, std::string_view body, const std::string& headers = {}) {
    send("HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body));
  }
  // Ends the connection with RST instead of FIN.
  void reset_on_close() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    is_reset_ = true;
  }
  bool is_reset() const { return is_reset_; }
  // Blocks until the peer closes or the server stops.
  void wait_for_close() {
    while (receive()) pending_.clear();
  }
  // Waits a moment without sleeping: until the server stops or the time is over.
  void pause(std::chrono::milliseconds time);

 private:
  bool receive() {
    char buffer[65536];
    const ssize_t got = tls_ != nullptr ? SSL_read(tls_, buffer, sizeof buffer) : ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    pending_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  FixtureServer& server_;
  int fd_;
  SSL* tls_;
  std::string pending_;
  bool is_reset_ = false;
};

class FixtureServer {
 public:
  using Handler = std::function<void(FixtureConnection&)>;

  // `tls` may be null; it must outlive the server.
  explicit FixtureServer(Handler handler, SSL_CTX* tls = nullptr) : handler_(std::move(handler)), tls_(tls) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    DR_CHECK(::bind(fd_, reinterpret_cast<sockaddr*>(&address), length) == 0 && ::listen(fd_, 512) == 0);
    DR_CHECK(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~FixtureServer() {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
      ::shutdown(fd_, SHUT_RDWR);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    stopped_.notify_all();
    acceptor_.join();
    for (std::thread& thread : threads_) thread.join();
    ::close(fd_);
  }

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  int connections() const { return connections_.load(); }

 private:
  friend class FixtureConnection;

  void accept_all() {
    for (;;) {
      const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      const std::lock_guard lock(mutex_);
      if (is_stopping_) {
        ::close(fd);
        return;
      }
      ++connections_;
      open_.insert(fd);
      threads_.emplace_back([this, fd] { serve(fd); });
    }
  }
  void serve(int fd) {
    sigset_t pipe_signal;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
    SSL* tls = nullptr;
    if (tls_ != nullptr) {
      tls = SSL_new(tls_);
      SSL_set_fd(tls, fd);
    }
    FixtureConnection connection(*this, fd, tls);
    if (tls == nullptr || SSL_accept(tls) == 1) {
      handler_(connection);
      if (tls != nullptr && !connection.is_reset()) SSL_shutdown(tls);
    }
    SSL_free(tls);
    const std::lock_guard lock(mutex_);
    open_.erase(fd);
    ::close(fd);
  }

  Handler handler_;
  SSL_CTX* tls_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool is_stopping_ = false;
  std::set<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

inline void FixtureConnection::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(server_.mutex_);
  server_.stopped_.wait_for(lock, time, [this] { return server_.is_stopping_; });
}

}  // namespace darkroom::test
