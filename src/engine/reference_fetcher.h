// ReferenceFetcher: the real References. Each reference is fetched once through UrlGuard's rules, probed in a
// confined child, and kept as a blob until its task has ended. Threads: the engine's loop; decoding goes to the
// blocking pool. Bounded: kPerTask at once for one task. Fails with address_refused, connect_failed, deadline_exceeded,
// connection_lost, bad_media, or io_failed.
#pragma once

#include <memory>

#include "blob/blob_store.h"
#include "engine/upstream_caller.h"
#include "media/probe.h"
#include "net/fetcher.h"
#include "runtime/loops.h"

namespace darkroom::engine {

class ReferenceFetcher final : public References {
 public:
  ReferenceFetcher(Loop& loop, net::Fetcher& fetcher, blob::Store& blobs, media::Prober& prober, BlockingPool& pool,
                   net::FetchLimits limits, media::ProbeLimits probe_limits);

  Async<Result<std::vector<task::Reference>>> fetch(TaskId task, std::vector<task::ReferenceSource> sources) override;
  void forget(TaskId task) override;

 private:
  Async<Result<task::Reference>> fetch_one(TaskId task, std::size_t index, task::ReferenceSource source);

  Loop& loop_;
  net::Fetcher& fetcher_;
  blob::Store& blobs_;
  media::Prober& prober_;
  BlockingPool& pool_;
  net::FetchLimits limits_;
  media::ProbeLimits probe_limits_;
};

}  // namespace darkroom::engine
