// Thumbnails: small pictures of what tasks delivered, made when somebody first looks at them and kept beside the
// picture, so that they go when it goes. The picture is a vendor's, so a confined process decodes it.
// Threads: get() on any loop, stop() on the main thread. Owns its threads and workers. Bounded: kMostAtOnce are being
// made; who comes then is told to come again.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/result.h"
#include "blob/blob_store.h"
#include "media/probe.h"
#include "runtime/async.h"
#include "runtime/loops.h"

namespace darkroom::app {

class Thumbnails {
 public:
  static constexpr std::size_t kThreads = 2;
  static constexpr std::size_t kMostAtOnce = 128;

  explicit Thumbnails(blob::Store& blobs);

  // A WebP. not_found if the picture is not there, bad_media if it is none, unavailable when too many are being made.
  Async<Result<std::string>> get(Loop& loop, std::string blob);
  void stop() { pool_.stop(); }

 private:
  // These block.
  Result<std::string> find_or_make(const std::string& blob);
  Status keep(const std::string& name, const std::string& bytes);

  blob::Store& blobs_;
  std::unique_ptr<media::Prober> prober_;
  std::atomic<std::size_t> at_once_{0};
  BlockingPool pool_;
};

}  // namespace darkroom::app
