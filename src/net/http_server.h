// The HTTP/1.1 server: reads bounded requests, hands each to one handler, writes the answer. Everything that can go
// wrong before a handler runs (framing, limits, deadlines) is answered here with the error envelope, and the connection
// closes. Threads: one listener (SO_REUSEPORT) a loop; a connection lives and dies on the loop that accepted it, and
// its handler runs there. listen, start, drain and stop are called from the thread that owns the server, not from a
// loop. Owns: listeners, connections and what their handlers still wait for. Order of the end: drain, stop, stop the
// loops and what handlers may wait for, destroy the server, destroy the loops.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/http_message.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/result.h"
#include "net/http_parser.h"
#include "runtime/async.h"
#include "runtime/loops.h"

namespace darkroom::net {

struct ServerLimits {
  std::size_t header_bytes = 32 << 10;  // request line and fields together
  std::size_t header_fields = 100;
  std::size_t target_bytes = 8 << 10;
  std::size_t body_bytes = 1 << 20;  // decoded
  std::size_t connections = 20'000;  // of the whole server; one more is answered 503
  seconds header_seconds{10};        // from the first byte, and from the start of a connection
  seconds body_seconds{30};          // from the end of the header
  seconds idle_seconds{75};          // between two requests
  seconds write_seconds{30};         // without the client taking a single byte
  // Routes whose handlers read the body by themselves (net/body_stream.h). Each byte of such a body extends
  // body_seconds, so that one of any length may arrive at kSlowestBytesPerSecond.
  std::vector<StreamedBody> streamed = {};
};

inline constexpr std::uint64_t kSlowestBytesPerSecond = 64 << 10;

// Called on the connection's loop for each request; may suspend, on that loop. While it runs no deadline of the server
// applies. HEAD arrives as HEAD and is answered as GET would be: the server leaves the body out. An exception becomes a
// 500. The request stays where it is until the answer is there: a handler may refer to it as long as it runs, and may
// move out of it what it wants to keep.
using Handler = std::function<Async<http::Response>(Loop& loop, http::Request& request)>;

class Departures;

class HttpServer {
 public:
  // `loops` outlive the server; `metrics` may be null.
  HttpServer(std::vector<EventLoop*> loops, const ServerLimits& limits, Handler handler, Clock& clock, Random& random,
             Metrics* metrics);
  ~HttpServer();

  // "127.0.0.1:8080", "[::]:8080", "localhost:0" (any free port). Call once, before start().
  Status listen(std::string_view host_port);
  // A local socket with the given permissions; a stale file of a dead process is replaced. Call instead of listen().
  Status listen_unix(const std::string& path, mode_t mode);
  // "127.0.0.1:41234" with the real port, or the path of the local socket.
  std::string address() const;
  // Of the clients of requests that are being handled.
  Departures& departures();
  // Begins to accept. The loops must have been started.
  void start();

  // Stops accepting, closes idle connections, answers what is in flight with Connection: close. `drained` runs once, on
  // one of the loops, when no connection is left or at the deadline (which closes the rest hard).
  void drain(SteadyTime deadline, Callback drained);
  // Closes everything now. Returns when only handlers that wait for something else are left. Idempotent.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace darkroom::net
