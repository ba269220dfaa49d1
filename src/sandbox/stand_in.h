// StandIn: one vendor's API as the sandbox plays it: a request in, an answer out, and how the answer is to be handed
// over. Threads: answer() from any thread of the sandbox's pool; it may take a while, since it paints.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/http_message.h"
#include "sandbox/calls.h"

namespace darkroom::sandbox {

struct Reply {
  http::Response response;
  milliseconds delay{0};  // before the answer starts
  bool hang = false;      // no answer at all, until the client leaves
  bool truncate = false;  // the connection ends in the middle of the body
};

inline constexpr std::size_t kMaxBodyBytes = 64 << 20;  // of a request: references come inline

class StandIn {
 public:
  virtual ~StandIn() = default;
  // Whether this vendor has such an endpoint. The path is the vendor's own, as it follows the base URL.
  virtual bool serves(const http::Request& request) const = 0;
  // `base_url`: where the caller reaches this vendor, for the links in its answers.
  virtual Reply answer(const http::Request& request, const std::string& base_url) = 0;

  // Before the first answer. Stand-ins of one sandbox count together, since a caller whose call has failed at one
  // vendor repeats it at the next.
  void count_with(std::shared_ptr<Calls> calls) { calls_ = std::move(calls); }

 protected:
  Calls& calls() { return *calls_; }

 private:
  std::shared_ptr<Calls> calls_ = std::make_shared<Calls>();
};

}  // namespace darkroom::sandbox
