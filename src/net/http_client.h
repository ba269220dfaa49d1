// HttpClient: outgoing HTTP over libcurl, on threads of its own, one transfer a call. Bodies stream both ways: a
// request's from a ByteSource, an answer's into a ResponseReader; nothing is ever held whole. Threads: send() and
// cancel() from any thread; the reader and source are used on a client thread, `done` runs on it too. Fails: Failure
// says whether the request may have reached the peer; only then can the answer be "unknown".
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/http_message.h"
#include "base/metrics.h"
#include "base/secret.h"
#include "net/url_guard.h"

namespace darkroom::net {

// The file with the certificates that peers are checked against, as libcurl was built; empty if it has none.
std::string certificate_store();

struct ClientHeader {
  std::string name;
  Secret value;  // every outgoing value is treated as a secret: it cannot reach a log
};

// Takes an answer as it arrives. An error ends the transfer with that error.
class ResponseReader {
 public:
  virtual ~ResponseReader() = default;
  virtual Status on_head(int status, const std::vector<http::Header>& headers) = 0;
  virtual Status on_body(ByteView bytes) = 0;
};

struct ClientLimits {
  milliseconds connect{3000};       // TCP and TLS together
  milliseconds first_byte{300000};  // from the request sent to the end of the answer's head
  milliseconds total{300000};
  std::size_t header_bytes = 32 << 10;
  std::uint64_t body_bytes = 64 << 20;
  std::uint32_t slowest_bytes_per_second = 0;  // 0: no lower bound; measured over each `slow_window` of the body
  milliseconds slow_window{5000};
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  std::vector<ClientHeader> headers;
  std::unique_ptr<ByteSource> body;  // null: none
  ClientLimits limits;
  // Set for every address that is not the operator's own: connect there and nowhere else.
  std::optional<IpAddress> pinned;
  // Certificate checks are always on; this names an extra CA file (tests, private upstreams). Empty: the system's.
  std::string ca_file;
};

struct ClientResponse {
  int status = 0;
  std::vector<http::Header> headers;
  std::uint64_t body_bytes = 0;
};

struct Failure {
  Error error;  // connect_failed, connection_lost, deadline_exceeded, cancelled, or the reader's own
  bool request_may_have_arrived = false;
};

using ClientResult = std::expected<ClientResponse, Failure>;

class HttpClient {
 public:
  using CallId = std::uint64_t;

  // Sees each address just before it is connected, on a client thread; may change it (tests send public addresses to
  // loopback) or say no.
  using ConnectHook = std::function<bool(IpAddress& address, std::uint16_t& port)>;

  // `threads` event threads share the transfers; `connections` bounds open connections in all (idle ones included).
  HttpClient(std::size_t threads, std::size_t connections, Metrics* metrics, ConnectHook hook = {});
  ~HttpClient();

  // Never blocks, never follows redirects, never uses a proxy from the environment, never sends a request twice that
  // may have arrived (a GET on a kept connection that turns out to be closed goes out once more).
  CallId send(ClientRequest request, std::shared_ptr<ResponseReader> reader,
              std::move_only_function<void(ClientResult)> done);
  // `done` still runs, with Code::cancelled unless the call had ended.
  void cancel(CallId call);
  // Cancels everything and joins. Idempotent. A send() after it ends in Code::cancelled on the calling thread.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace darkroom::net
