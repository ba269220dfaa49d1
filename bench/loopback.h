// Plain blocking sockets over loopback, for the benchmarks' own ends of a connection: as little as can be, so that what
// is measured is the program and not the yardstick. Every failure aborts: a benchmark that limps measures nothing.
// Threads: functions of their arguments.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace darkroom::bench {

// Both give a descriptor that lives until the process ends. Port 0 is any free one.
int listen_on_loopback();
int connect_to_loopback(std::uint16_t port);
std::uint16_t port_of_socket(int listener);

void send_all(int socket, std::string_view bytes);

// One HTTP answer with a Content-Length, from a connection that nothing is left over on: its body.
std::string receive_answer(int socket);

// The number behind a header's name, such as "content-length: "; `head` is in lower case there or as servers write it.
std::size_t content_length(std::string_view head);

std::string http_head(std::size_t body_bytes);
std::string read_file(const std::string& path);

}  // namespace darkroom::bench
