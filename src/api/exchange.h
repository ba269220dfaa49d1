// One request on its way through the chain: what a handler is given and what it gives back.
// Threads: one loop. Owns: the chain (api/routes) owns the Exchange in its coroutine, which outlives the handler; that
// is why handlers may take it by reference. The request is the server's, which keeps it until the answer is there.
#pragma once

#include "api/services.h"
#include "base/http_message.h"
#include "base/result.h"
#include "net/router.h"
#include "runtime/async.h"
#include "usecase/caller.h"

namespace darkroom::api {

struct Exchange {
  const Services& services;
  Loop& loop;
  const http::Request& request;
  net::PathParams params;
  usecase::CallerRef caller;  // null on routes that need no key
};

using Answer = Async<Result<http::Response>>;
using Handle = Answer (*)(Exchange& exchange);

}  // namespace darkroom::api
