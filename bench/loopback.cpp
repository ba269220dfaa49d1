#include "bench/loopback.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <charconv>
#include <fstream>
#include <iterator>

#include "base/check.h"
#include "base/http_message.h"

namespace darkroom::bench {
namespace {

constexpr int kBacklog = 4096;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

int listen_on_loopback() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(0);
  DR_CHECK(listener >= 0 && ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  DR_CHECK(::listen(listener, kBacklog) == 0);
  return listener;
}

std::uint16_t port_of_socket(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  DR_CHECK(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ntohs(address.sin_port);
}

int connect_to_loopback(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  DR_CHECK(socket >= 0 && ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return socket;
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    DR_CHECK(sent > 0);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t content_length(std::string_view head) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    constexpr std::string_view kName = "content-length: ";
    const std::string_view line = head.substr(at + 2, kName.size() + 20);
    if (!http::equals_ignoring_case(line.substr(0, kName.size()), kName)) continue;
    std::size_t value = 0;
    std::from_chars(line.data() + kName.size(), line.data() + line.size(), value);
    return value;
  }
  return 0;
}

std::string receive_answer(int socket) {
  std::string answer;
  std::size_t wanted = 0;  // 0: the head is not whole yet
  std::size_t body_at = 0;
  while (wanted == 0 || answer.size() < wanted) {
    char bytes[16 << 10];
    const ssize_t got = ::recv(socket, bytes, sizeof(bytes), 0);
    DR_CHECK(got > 0);
    answer.append(bytes, static_cast<std::size_t>(got));
    if (wanted > 0) continue;
    const std::size_t end = answer.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    body_at = end + 4;
    wanted = body_at + content_length(std::string_view(answer).substr(0, body_at));
  }
  return answer.substr(body_at);
}

std::string http_head(std::size_t body_bytes) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: {}\r\n\r\n",
                     body_bytes);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  DR_CHECK(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace darkroom::bench
