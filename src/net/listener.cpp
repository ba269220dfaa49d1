#include "net/listener.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>

#include "net/unix_address.h"

namespace darkroom::net {
namespace {

constexpr int kBacklog = 4096;

std::unexpected<Error> cannot_listen(std::string_view where, std::string_view why) {
  return fail(Code::bad_config, fmt::format("cannot listen on {}: {}", where, why));
}

std::unexpected<Error> cannot_listen(std::string_view where) {
  return cannot_listen(where, std::generic_category().message(errno));
}

struct HostPort {
  std::string host;
  std::string port;
};

std::optional<HostPort> parse_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  // getaddrinfo would cut a port that is too big to sixteen bits.
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return HostPort{std::string(host), std::to_string(port)};
}

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Result<AddressList> look_up(std::string_view host_port) {
  const auto parts = parse_host_port(host_port);
  if (!parts) return cannot_listen(host_port, "an address looks like 127.0.0.1:8080 or [::1]:8080");
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(parts->host.empty() ? nullptr : parts->host.c_str(), parts->port.c_str(), &hints, &found);
  if (error != 0) return cannot_listen(host_port, gai_strerror(error));
  return AddressList(found, &freeaddrinfo);
}

FileDescriptor open_socket(int family) {
  return FileDescriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

Status bind_and_listen(const FileDescriptor& socket, const addrinfo& address, bool shared, std::string_view where) {
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (shared) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  if (::bind(socket.get(), address.ai_addr, address.ai_addrlen) != 0 || ::listen(socket.get(), kBacklog) != 0) {
    return cannot_listen(where);
  }
  return {};
}

// A local socket that nobody answers on is what a dead process left behind.
Status remove_stale_socket(const std::string& path, const UnixAddress& address) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return {};
  if (!S_ISSOCK(info.st_mode)) return cannot_listen(path, "the path exists and is no socket");
  const FileDescriptor probe = open_socket(AF_UNIX);
  if (::connect(probe.get(), address.get(), address.size()) == 0 || errno == EAGAIN) {
    return cannot_listen(path, "another process listens there");
  }
  if (errno != ECONNREFUSED || ::unlink(path.c_str()) != 0) return cannot_listen(path);
  return {};
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

void FileDescriptor::reset() {
  if (fd_ >= 0) ::close(release());
}

Result<FileDescriptor> open_tcp_listener(std::string_view host_port, bool first) {
  auto addresses = look_up(host_port);
  if (!addresses) return fail(std::move(addresses.error()));
  const addrinfo& address = **addresses;
  if (first) {
    // SO_REUSEPORT would share the port with a second copy of this program, and each would answer half of the requests.
    const FileDescriptor probe = open_socket(address.ai_family);
    DR_TRY(bind_and_listen(probe, address, false, host_port));
  }
  FileDescriptor socket = open_socket(address.ai_family);
  if (socket.get() < 0) return cannot_listen(host_port);
  DR_TRY(bind_and_listen(socket, address, true, host_port));
  return socket;
}

Result<FileDescriptor> open_unix_listener(const std::string& path, mode_t mode) {
  const auto address = UnixAddress::of(path);
  if (!address) return cannot_listen(path, address.error().message);
  DR_TRY(remove_stale_socket(path, *address));
  FileDescriptor socket = open_socket(AF_UNIX);
  if (socket.get() < 0) return cannot_listen(path);
  if (::bind(socket.get(), address->get(), address->size()) != 0) return cannot_listen(path);
  // Between bind and listen nobody can connect, so the permissions hold from the first connection on.
  if (::chmod(path.c_str(), mode) != 0 || ::listen(socket.get(), kBacklog) != 0) return cannot_listen(path);
  return socket;
}

std::string print_peer(const sockaddr_storage& peer) {
  char text[INET6_ADDRSTRLEN] = {};
  if (peer.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, text, sizeof(text));
    return text;
  }
  if (peer.ss_family != AF_INET6) return "local";
  const in6_addr& address = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    ::inet_ntop(AF_INET, &address.s6_addr[12], text, sizeof(text));
  } else {
    ::inet_ntop(AF_INET6, &address, text, sizeof(text));
  }
  return text;
}

std::string print_local_address(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return {};
  // The port stands at the same place in both kinds of address.
  const unsigned port = ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  const std::string host = print_peer(address);
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

}  // namespace darkroom::net
