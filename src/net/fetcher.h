// Fetcher: gets a file from an address that a customer or a vendor named, under UrlGuard's rules: at most three
// redirects, each hop checked anew, no downgrade, nothing carried over; size, time and speed limits; no content
// encodings. An owner's fetches wait for their turn (FetchTurns). Threads: any; `open_sink` runs on a client thread,
// `done` on a client, pool or timer thread, or where the fetcher is called. The client, guard and pool must live until
// every fetch has ended; the destructor hands out failures that still wait. Fails with one of: address_refused,
// connect_failed, deadline_exceeded, connection_lost, bad_media (status, type, size), unavailable (no turn), always
// with a sentence that names no address.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "net/http_client.h"
#include "net/url_guard.h"
#include "runtime/loops.h"

namespace darkroom::net {

class DelayLine;
class FetchTurns;

// No failure is told sooner, so that the time does not say whether an address was refused, closed or unknown.
inline constexpr milliseconds kFailureDelay{200};

struct FetchLimits {
  std::uint64_t body_bytes = 20 << 20;
  milliseconds connect{3000};
  milliseconds head{5000};  // from the request to the end of the answer's head, each hop
  seconds turn{300};        // to wait for it (kLongestTurnWait), where there is an owner
  seconds total{15};        // over all hops, lookups included, from the turn on
  int redirects = 3;
  std::uint32_t slowest_bytes_per_second = 10 << 10;
  milliseconds failure_delay = kFailureDelay;
  std::string ca_file;  // tests only; empty: the system's certificates
};

// What is to be fetched.
struct FetchOrder {
  std::string url;
  FetchLimits limits;
  // The base URL of an upstream: links into its very origin (scheme, host and port) are the operator's own choice, pass
  // without UrlGuard, and get `origin_headers`; nothing else ever does.
  std::string trusted_origin = {};
  std::vector<ClientHeader> origin_headers = {};
  // For whom, opaque: what one owner, and all of them at one host, fetch at once is bounded. The host is that of `url`,
  // wherever redirects lead. Empty: the operator's own wish, which has no bound.
  std::string owner = {};
};

struct Fetched {
  std::uint64_t body_bytes = 0;
  std::string content_type;  // as the peer claims; magic bytes decide, not this
};

class Fetcher {
 public:
  // Called once, when an answer with status 200 begins. The sink must live until `done` has run; after a failure it may
  // hold a part of the file.
  using OpenSink = std::move_only_function<Result<ByteSink*>()>;
  using Done = std::move_only_function<void(Result<Fetched>)>;

  Fetcher(HttpClient& client, const UrlGuard& guard, BlockingPool& pool);
  ~Fetcher();
  void fetch(FetchOrder order, OpenSink open_sink, Done done);
  // Refuses what waits for its turn, and from here on whatever needs one; what has begun goes on.
  void close();

 private:
  HttpClient& client_;
  const UrlGuard& guard_;
  BlockingPool& pool_;
  std::shared_ptr<DelayLine> delays_;
  std::shared_ptr<FetchTurns> turns_;
};

}  // namespace darkroom::net
