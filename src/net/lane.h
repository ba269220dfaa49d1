// Lane: what the connections of one loop share, and what all connections of a server do. Threads: a lane its loop;
// ServerShared any, what changes in it locks or is atomic. Included by http_server.cpp and connection.cpp only.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <list>
#include <string>

#include "net/departures.h"
#include "net/http_server.h"

namespace darkroom::net {

// What all connections of a server share.
struct ServerShared {
  ServerLimits limits;
  Handler handler;
  Clock& clock;
  Random& random;
  Metrics* metrics;
  Gauge* open_connections;  // null without metrics
  Departures departures = {};
  std::atomic<std::size_t> connections{0};
};

class Connection;

// What the connections of one loop share.
struct Lane {
  void count_answer(int status);

  // Calls it with each connection; that one may end meanwhile.
  template <class Visit>
  void for_each(Visit visit) {
    for (auto next = connections.begin(); next != connections.end();) visit(**next++);
  }

  EventLoop& loop;
  ServerShared& server;
  std::string date = {};  // the Date field of now, to the second
  bool draining = false;
  std::list<Connection*> connections = {};
  std::function<void()> connection_ended = {};  // called while the lane drains, from the dying connection
  std::array<Counter*, 600> answers = {};       // by status, looked up at its first answer
};

}  // namespace darkroom::net
