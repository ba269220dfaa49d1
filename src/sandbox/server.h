// Sandbox: the vendors' stand-ins behind one HTTP server on this machine. Without keys every route leads here; users
// point their own tests at it. Threads: construct, start and stop from one thread. Owns its loop, its painters' pool
// and the server. Costs little until the first picture: fonts and picture libraries wake up then.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/result.h"

namespace darkroom::sandbox {

class Sandbox {
 public:
  // `metrics` may be null.
  Sandbox(Clock& clock, Random& random, Metrics* metrics = nullptr);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  // "127.0.0.1:0" takes any free port. Call once.
  Status start(std::string_view listen = "127.0.0.1:0");
  // "http://127.0.0.1:41234", once started.
  std::string url() const;
  // The kinds of adapters that find their vendor here.
  std::vector<std::string> kinds() const;
  // Where the vendor of that kind begins, such as "http://127.0.0.1:41234/openai"; once started.
  std::string base_url(std::string_view kind) const;
  // Cuts what is in flight. Idempotent.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace darkroom::sandbox
