// OutputSaver: takes what a vendor has made to the blob store: out of the answer, or from the vendor's link, through
// UrlGuard, streamed, never whole in memory; what is not what it says is refused.
// Threads: the engine's loop; file work and fetches happen elsewhere.
// Fails with bad_media (the vendor's output is none), io_failed (our disk), or what net::Fetcher says of a link.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "blob/blob_store.h"
#include "engine/lift_reader.h"
#include "engine/upstream_caller.h"
#include "net/fetcher.h"
#include "provider/provider.h"
#include "runtime/loops.h"

namespace darkroom::engine {

struct OutputLimits {
  std::uint64_t file_bytes = 2ULL << 30;
  std::uint64_t pixels = 64ULL << 20;  // of a picture
  seconds link_seconds{600};           // to fetch one link, in all
};

class OutputSaver {
 public:
  OutputSaver(Loop& loop, net::Fetcher& fetcher, blob::Store& blobs, BlockingPool& pool, OutputLimits limits)
      : loop_(loop), fetcher_(fetcher), blobs_(blobs), pool_(pool), limits_(limits) {}

  // Up to order.outputs results and whatever comes along with them. `reader` has the answer's payloads.
  // `after_link`: whether a failure was one of fetching, so that asking the vendor again may help.
  struct Failure {
    Error error;
    bool of_link = false;
  };
  using Saved = std::expected<std::vector<task::Output>, Failure>;
  Async<Saved> save(CallOrder order, provider::Completed completed, std::shared_ptr<LiftReader> reader);

 private:
  struct Place {
    std::string stem;  // "tasks/<32 hex>/<index>", the extension follows from the content
    task::OutputRole role = task::OutputRole::result;
  };
  using Writer = std::unique_ptr<blob::Writer>;
  Async<Result<Writer>> fetch(const Upstream* upstream, provider::UrlOutput link);
  Async<Result<task::Output>> commit(Writer writer, Place place);

  Loop& loop_;
  net::Fetcher& fetcher_;
  blob::Store& blobs_;
  BlockingPool& pool_;
  OutputLimits limits_;
};

}  // namespace darkroom::engine
