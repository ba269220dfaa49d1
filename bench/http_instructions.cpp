// What the HTTP server itself costs a request, counted in user instructions: one keep-alive client on this thread, the
// server on its loop, a handler that answers a poll from a shared string. The count of two runs of different length is
// subtracted, so that start and end drop out. The client's instructions are kept apart by the thread (callgrind
// --separate-threads=yes):
//   for n in 200 2200; do valgrind --tool=callgrind --separate-threads=yes --callgrind-out-file=poll.$n
//   http_instructions $n; done
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <charconv>
#include <string>

#include "base/log.h"
#include "net/http_server.h"
#include "net/listener.h"
#include "net/router.h"

namespace darkroom {
namespace {

Async<http::Response> answer(std::shared_ptr<const std::string> body) {
  http::Response response;
  response.body = std::move(body);
  co_return response;
}

net::FileDescriptor connect_to(const std::string& address) {
  std::uint16_t port = 0;
  std::from_chars(address.data() + address.rfind(':') + 1, address.data() + address.size(), port);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  net::FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  DR_CHECK(::connect(client.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0);
  return client;
}

void run(int requests) {
  AsioLoop loop("poll");
  SystemClock clock;
  SystemRandom random;
  Metrics metrics;
  net::Router router;
  const auto body = std::make_shared<const std::string>(250, 'x');
  router.add("GET", "/api/v1/tasks/{id}",
             [body](Loop&, const http::Request&, const net::PathParams&) { return answer(body); });
  net::HttpServer server({&loop}, {}, std::ref(router), clock, random, &metrics);
  DR_CHECK(server.listen("127.0.0.1:0").has_value());
  loop.start();
  server.start();
  const net::FileDescriptor client = connect_to(server.address());
  const std::string request =
      "GET /api/v1/tasks/task_0192f0c1a2b37c4d8e5f60718293a4b5 HTTP/1.1\r\nHost: 127.0.0.1:41234\r\n"
      "Authorization: Bearer rk_live_0123456789abcdefghijklmnopqrstuvwxyzABCD\r\n\r\n";
  for (int i = 0; i < requests; ++i) {
    char bytes[2048];
    DR_CHECK(::send(client.get(), request.data(), request.size(), MSG_NOSIGNAL) > 0);
    DR_CHECK(::recv(client.get(), bytes, sizeof(bytes), 0) > 250);
  }
  server.stop();
  loop.stop();
}

}  // namespace
}  // namespace darkroom

// http_instructions REQUESTS [quiet]: `quiet` leaves out the log line of each request.
int main(int argc, char** argv) {
  int requests = 200;
  if (argc > 1) std::from_chars(argv[1], argv[1] + std::char_traits<char>::length(argv[1]), requests);
  const bool quiet = argc > 2;
  darkroom::log::configure(quiet ? darkroom::log::Level::off : darkroom::log::Level::info, darkroom::log::Format::json);
  darkroom::run(requests);
  return 0;
}
