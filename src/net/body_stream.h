// BodyStream: the body of a request as it arrives, for a route whose bodies are too big to be kept in memory
// (ServerLimits::streamed). Its handler is called at the end of the header and reads the body by itself; one that ends
// before the body does costs the client its connection. Threads: the connection's loop. Fails with request_timeout,
// bad_request or body_too_large; that is final.
#pragma once

#include <string_view>

#include "base/result.h"
#include "runtime/async.h"

namespace darkroom::net {

class BodyStream {
 public:
  // The next bytes, at most 64 KiB or so, valid until the next call; empty at the end.
  virtual Async<Result<std::string_view>> next() = 0;

 protected:
  ~BodyStream() = default;
};

}  // namespace darkroom::net
