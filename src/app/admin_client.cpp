// The running server's side of Administration: HTTP/1.1 over its local socket, one connection a call, blocking.
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include "app/administration.h"
#include "net/unix_address.h"

namespace darkroom::app {
namespace {

constexpr std::size_t kMaxAnswerBytes = 64 << 20;

std::unexpected<Error> lost(const std::string& path, std::string_view what) {
  return fail(Code::connection_lost, fmt::format("the server at {} {}", path, what));
}

// Nothing if no server listens there: no file, or the leftover of one that died.
Result<std::optional<net::FileDescriptor>> connect_to(const std::string& path) {
  const auto address = net::UnixAddress::of(path);
  if (!address && address.error().code == Code::not_found) return std::nullopt;
  if (!address) return fail(Code::connect_failed, fmt::format("{}: {}", path, address.error().message));
  net::FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd.get() < 0) return fail(Code::connect_failed, std::strerror(errno));
  if (::connect(fd.get(), address->get(), address->size()) == 0) return fd;
  if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR) return std::nullopt;
  return fail(Code::connect_failed, fmt::format("{}: {}", path, std::strerror(errno)));
}

class Connection {
 public:
  Connection(net::FileDescriptor fd, const std::string& path, SteadyTime deadline)
      : fd_(std::move(fd)), path_(path), deadline_(deadline) {}

  Status send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno != EINTR) {
        if (errno != EAGAIN) return lost(path_, "hung up");
        DR_TRY(wait(POLLOUT));
      }
    }
    return {};
  }

  // Everything until the server closes.
  Result<std::string> receive() {
    std::string received;
    char piece[16 << 10];
    while (true) {
      const ssize_t count = ::recv(fd_.get(), piece, sizeof(piece), 0);
      if (count == 0) return received;
      if (count > 0) {
        received.append(piece, static_cast<std::size_t>(count));
        if (received.size() > kMaxAnswerBytes) return lost(path_, "sent more than 64 MiB");
      } else if (errno != EINTR) {
        if (errno != EAGAIN) return lost(path_, "hung up");
        DR_TRY(wait(POLLIN));
      }
    }
  }

 private:
  Status wait(short events) {
    const auto left = std::chrono::ceil<milliseconds>(deadline_ - SystemClock().steady_now());
    if (left.count() <= 0) return fail(Code::deadline_exceeded, fmt::format("the server at {} does not answer", path_));
    pollfd entry{.fd = fd_.get(), .events = events, .revents = 0};
    ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 1000)));
    return {};
  }

  net::FileDescriptor fd_;
  const std::string& path_;
  SteadyTime deadline_;
};

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T number{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "HTTP/1.1 200 OK", fields, an empty line, and a body of the length that Content-Length names.
std::optional<Administration::Answer> parse_answer(std::string_view text) {
  const std::size_t head_end = text.find("\r\n\r\n");
  if (head_end == std::string_view::npos || !text.starts_with("HTTP/1.1 ") || text.size() < 12) return std::nullopt;
  const auto status = parse_number<int>(text.substr(9, 3));
  if (!status) return std::nullopt;
  std::optional<std::size_t> length;
  std::string_view head = text.substr(0, head_end + 2);
  for (std::size_t end = head.find("\r\n"); end != std::string_view::npos; end = head.find("\r\n")) {
    const std::string_view line = head.substr(0, end);
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos && http::equals_ignoring_case(line.substr(0, colon), "content-length")) {
      length = parse_number<std::size_t>(line.substr(colon + 2));
    }
    head.remove_prefix(end + 2);
  }
  const std::string_view body = text.substr(head_end + 4);
  if (!length || *length != body.size()) return std::nullopt;
  return Administration::Answer{.status = *status, .body = std::string(body)};
}

class RunningServer final : public Administration {
 public:
  explicit RunningServer(std::string path) : path_(std::move(path)) {}

  Result<Answer> call(const std::string& method, const std::string& target, const std::string& body,
                      seconds deadline) override {
    auto fd = connect_to(path_);
    if (!fd) return fail(fd.error());
    if (!*fd) return fail(Code::connect_failed, fmt::format("the server at {} has ended", path_));
    Connection connection(std::move(**fd), path_, SystemClock().steady_now() + deadline);
    std::string request = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", method, target);
    if (!body.empty()) request += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
    DR_TRY(connection.send(request + "\r\n" + body));
    const auto received = connection.receive();
    if (!received) return fail(received.error());
    auto answer = parse_answer(*received);
    if (!answer) return lost(path_, "gave an answer that is cut off or no HTTP");
    return *std::move(answer);
  }

 private:
  std::string path_;
};

}  // namespace

Result<std::unique_ptr<Administration>> find_running_server(const std::string& socket_path) {
  const auto fd = connect_to(socket_path);
  if (!fd) return fail(fd.error());
  if (!*fd) return nullptr;
  return std::make_unique<RunningServer>(socket_path);
}

Result<std::unique_ptr<Administration>> open_administration(const Config& config, bool may_create) {
  auto server = find_running_server(config.admin_socket_path());
  if (!server || *server) return server;
  return open_local_administration(config, may_create);
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace darkroom::app
