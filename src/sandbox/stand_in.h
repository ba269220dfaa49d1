// StandIn: one vendor's API as the sandbox plays it: a request in, an answer out, and how the answer is to be handed
// over. Threads: answer() from any thread of the sandbox's pool; it may take a while, since it paints.
#pragma once

#include "base/clock.h"
#include "base/http_message.h"

namespace darkroom::sandbox {

struct Reply {
  http::Response response;
  milliseconds delay{0};  // before the answer starts
  bool hang = false;      // no answer at all, until the client leaves
  bool truncate = false;  // the connection ends in the middle of the body
};

class StandIn {
 public:
  virtual ~StandIn() = default;
  // Whether this vendor has such an endpoint.
  virtual bool serves(const http::Request& request) const = 0;
  virtual Reply answer(const http::Request& request) = 0;
};

}  // namespace darkroom::sandbox
