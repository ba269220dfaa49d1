// ReferenceFetcher: the real References. Each reference is fetched once through UrlGuard's rules, probed in a
// confined child, and kept as a blob until its task has ended; one that its owner has sent along is a blob already,
// kept and forgotten like the others. Threads: the engine's loop; decoding goes to the blocking pool. Bounded: kPerTask
// at once for one task, and by net::FetchTurns for an account. Fails with address_refused, connect_failed,
// deadline_exceeded, connection_lost, bad_media, unavailable, or io_failed.
#pragma once

#include <memory>

#include "blob/blob_store.h"
#include "engine/upstream_caller.h"
#include "media/film_probe.h"
#include "media/probe.h"
#include "net/fetcher.h"
#include "runtime/loops.h"

namespace darkroom::engine {

struct ReferenceLimits {
  net::FetchLimits fetch;       // of a picture
  net::FetchLimits fetch_film;  // of a film or a sound
  media::ProbeLimits picture;
  media::FilmLimits film;
};

class ReferenceFetcher final : public References {
 public:
  struct Probers {
    media::Prober& pictures;
    media::FilmProber& films;
  };
  ReferenceFetcher(Loop& loop, net::Fetcher& fetcher, blob::Store& blobs, Probers probers, BlockingPool& pool,
                   ReferenceLimits limits);

  Async<Result<std::vector<task::Reference>>> fetch(TaskId task, AccountId account,
                                                    std::vector<task::ReferenceSource> sources) override;
  void forget(TaskId task) override;
  // A picture that was sent along, for the task of that id, which need not exist yet. On any loop.
  Async<Result<blob::Kept>> keep_upload(Loop& loop, TaskId task, std::size_t index,
                                        std::shared_ptr<blob::Writer> picture);
  // What the film behind that link is, for who has no task yet; nothing of it is kept. On any loop.
  Async<Result<media::Film>> probe_film(Loop& loop, AccountId account, std::string url);

 private:
  // Keeps the writer while a fetch writes into it.
  struct Spool {
    std::unique_ptr<blob::Writer> writer;
  };
  Async<Result<std::shared_ptr<Spool>>> spool(Loop& loop, AccountId account, std::string url, net::FetchLimits limits);
  // The type of what plays that role; blocks, like keep().
  Result<std::string> examine(const std::string& role, int fd) const;
  Result<task::Reference> keep(std::unique_ptr<blob::Writer> writer, const std::string& role,
                               const std::string& name) const;
  Result<task::Reference> find_upload(const task::ReferenceSource& source) const;
  Async<Result<task::Reference>> fetch_one(TaskId task, AccountId account, std::size_t index,
                                           task::ReferenceSource source);

  Loop& loop_;
  net::Fetcher& fetcher_;
  blob::Store& blobs_;
  Probers probers_;
  BlockingPool& pool_;
  ReferenceLimits limits_;
};

}  // namespace darkroom::engine
