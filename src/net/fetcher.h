// Fetcher: gets a file from an address that a customer or a vendor named, under UrlGuard's rules: at most three redirects,
// each hop checked anew, no downgrade, nothing carried over; size, time and speed limits; no content encodings.
// Threads: fetch() from any thread; `open_sink` and `done` run on a client or pool thread.
// Fails with one of: address_refused, connect_failed, deadline_exceeded, connection_lost, bad_media (status, type, size),
// always with a sentence that names no address.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "net/http_client.h"
#include "net/url_guard.h"
#include "runtime/loops.h"

namespace darkroom::net {

struct FetchLimits {
  std::uint64_t body_bytes = 20 << 20;
  seconds total{15};
  int redirects = 3;
  std::uint32_t slowest_bytes_per_second = 10 << 10;
  std::string ca_file;  // tests only; empty: the system's certificates
};

struct Fetched {
  std::uint64_t body_bytes = 0;
  std::string content_type;  // as the peer claims; magic bytes decide, not this
};

class Fetcher {
 public:
  // Called once, when an answer with status 200 begins. The sink must live until `done` has run.
  using OpenSink = std::move_only_function<Result<ByteSink*>()>;

  Fetcher(HttpClient& client, const UrlGuard& guard, BlockingPool& pool);
  void fetch(std::string url, FetchLimits limits, OpenSink open_sink,
             std::move_only_function<void(Result<Fetched>)> done);

 private:
  HttpClient& client_;
  const UrlGuard& guard_;
  BlockingPool& pool_;
};

}  // namespace darkroom::net
