// OutputSaver: takes what was made to the blob store: out of a vendor's answer, from the vendor's link, through
// UrlGuard, or from this machine; streamed, never whole in memory; what is not what it says is refused.
// Threads: the engine's loop; file work and fetches happen elsewhere.
// Fails with bad_media (the vendor's output is none), io_failed (our disk), or what net::Fetcher says of a link.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "blob/blob_store.h"
#include "engine/lift_reader.h"
#include "engine/scratch_file.h"
#include "engine/upstream_caller.h"
#include "media/film_probe.h"
#include "net/fetcher.h"
#include "provider/provider.h"
#include "runtime/loops.h"

namespace darkroom::engine {

struct OutputLimits {
  std::uint64_t file_bytes = 2ULL << 30;
  std::uint64_t pixels = 64ULL << 20;  // of a picture, or of one frame
  seconds link_seconds{600};           // to fetch one link, in all
};

class OutputSaver {
 public:
  OutputSaver(Loop& loop, net::Fetcher& fetcher, blob::Store& blobs, media::FilmProber& films, BlockingPool& pool,
              OutputLimits limits)
      : loop_(loop), fetcher_(fetcher), blobs_(blobs), films_(films), pool_(pool), limits_(limits) {}

  struct Failure {
    Error error;
    bool of_link = false;  // it could not be fetched: asking the vendor again may help
  };
  using Saved = std::expected<std::vector<task::Output>, Failure>;
  using Writer = std::unique_ptr<blob::Writer>;
  // Up to order.outputs results and whatever comes along with them, a poster for each film among it. `reader` has the
  // answer's payloads.
  Async<Saved> save(CallOrder order, provider::Completed completed, std::shared_ptr<LiftReader> reader);
  // The one result of a call that was worked on here, whole in `film`, and its poster.
  Async<Saved> save_film(CallOrder order, Writer film);

 private:
  // One output on its way into the store.
  struct Parcel {
    std::string stem;  // "tasks/<32 hex>/<index>", the extension follows from the content
    task::OutputRole role = task::OutputRole::result;
    bool is_film = false;     // what it has to be
    std::string poster_stem;  // empty: none is made
  };
  Async<Result<Writer>> fetch(const Upstream* upstream, provider::UrlOutput link);
  Async<Result<std::vector<task::Output>>> commit(Writer writer, Parcel parcel);
  // These block.
  Result<std::vector<task::Output>> store(Writer writer, const Parcel& parcel);
  Result<std::vector<task::Output>> store_film(Writer writer, int fd, const Parcel& parcel, media::Film film);
  Result<task::Output> store_poster(ScratchFile& room, const media::Picture& picture, const std::string& stem);

  Loop& loop_;
  net::Fetcher& fetcher_;
  blob::Store& blobs_;
  media::FilmProber& films_;
  BlockingPool& pool_;
  OutputLimits limits_;
};

}  // namespace darkroom::engine
