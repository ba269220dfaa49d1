// Readiness: may a balancer send requests here? No while draining, when the store cannot commit within a second, or
// when the media volume is nearly full. Threads: any loop. What was found holds for a second, so that probing costs the
// store at most one empty commit a second.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/result.h"
#include "blob/blob_store.h"
#include "runtime/async.h"
#include "store/store.h"

namespace darkroom::api {

class Readiness {
 public:
  Readiness(store::Store& store, blob::Store& media);

  // From now on the answer is no.
  void start_draining() { draining_.store(true); }
  // unavailable, with a sentence that says what is wrong.
  Async<Status> check(Loop& loop);

 private:
  struct Finding {
    SteadyTime until{};  // holds until then
    Status status;
  };

  store::Store& store_;
  blob::Store& media_;
  std::atomic<bool> draining_{false};
  Guarded<Finding> last_;
};

}  // namespace darkroom::api
