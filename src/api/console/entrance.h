// How people get in: the limit on wrong passwords, the one-time token of the first operator, and the bounded place
// where passwords are hashed, since that blocks a thread for some 40 ms. Threads: any loop; hashing runs on what
// `run_blocking` offers, which must not run work on the thread that asks. Fails with too_many_logins when kMostHashing
// passwords wait already.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "base/guarded.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "people/digest.h"
#include "people/login_limiter.h"
#include "runtime/async.h"

namespace darkroom::api::console {

class Entrance {
 public:
  static constexpr int kMostHashing = 16;  // waiting or at work
  static constexpr int kBusyRetrySeconds = 1;

  explicit Entrance(std::function<void(Callback)> run_blocking) : run_blocking_(std::move(run_blocking)) {}

  // A new token for the link of the first operator; the one before it is worth nothing any more.
  Secret open_setup(Random& random);
  bool is_setup_token(const Secret& token);
  void close_setup();

  Async<Result<Secret>> hash(Loop& loop, Secret password);
  // An empty hash is nobody's password, and takes as long to say so.
  Async<Result<bool>> check(Loop& loop, Secret hash, Secret password);

  Guarded<people::LoginLimiter> logins;

 private:
  Status take_place();

  std::function<void(Callback)> run_blocking_;
  std::atomic<int> hashing_{0};
  Guarded<std::optional<people::Digest>> setup_;
};

}  // namespace darkroom::api::console
