// Gateway: every service of `darkroom serve`, built from a Config in the order in which they need each other and taken
// down in the reverse order.
// Threads: construct, start, stop and destroy on the main thread. Owns everything.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "app/config.h"
#include "base/result.h"

namespace darkroom::app {

class Gateway {
 public:
  explicit Gateway(const Config& config);
  ~Gateway();

  // Opens the store, listens, resumes what is unfinished; returns when requests are accepted.
  // already_exists: another server has the store; bad_config: the catalogue has mistakes; else what failed.
  Status start();
  // "http://127.0.0.1:8080": where it really listens.
  std::string url() const;
  // The one-time link that makes the first operator of the console; empty: there is one, or there is no console.
  std::string setup_link() const;
  // From now on it is not ready and begins no task; requests are answered still, and what they submit is left to the
  // next start. stop() is to follow after `until_stop`.
  void start_draining(std::chrono::seconds until_stop);
  // Takes no new requests, lets answers and calls in flight end within the drain time, closes the store.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace darkroom::app
