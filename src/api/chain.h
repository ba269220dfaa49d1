// The one ordered chain in front of every handler: key, its addresses, rate limits, handler inside a wall against
// exceptions, error to answer, limit fields, count. Threads: read only after construction; serve() runs on the
// connection's loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "api/answer_counters.h"
#include "api/error_map.h"
#include "api/exchange.h"
#include "api/limit_policy.h"
#include "api/route_doc.h"

namespace darkroom::api {

// What stands before a handler. Reads are counted apart from submits.
enum class Gate : std::uint8_t { open, read, submit };

struct Endpoint {
  std::string_view method;
  std::string_view pattern;
  Gate gate = Gate::open;
  Handle handle = nullptr;
  const RouteDoc* doc = nullptr;  // null for what only the operator may call
  Dialect dialect = Dialect::contract;
};

class Chain {
 public:
  explicit Chain(const Services& services);

  Async<http::Response> serve(const Endpoint& endpoint, const AnswerCounters& counters, Loop& loop,
                              const http::Request& request, net::PathParams params) const;

 private:
  struct Admission {
    const LimitPolicy* policy = nullptr;  // null: nothing was counted
    account::Decision decision;
    std::optional<int> status;                  // of a refusal, where it is not that of the error's code
    std::unique_ptr<const LimitPolicy> of_key;  // `policy`, where that is the key's own
  };
  // Fills in the caller, and what the rate limit said, which is told to the client also when it refuses.
  Status admit(Gate gate, Exchange& exchange, Admission& admission) const;
  Status count(Gate gate, const usecase::Caller& caller, Admission& admission) const;

  const Services& services_;
  LimitPolicy reads_;
  LimitPolicy submits_;
};

}  // namespace darkroom::api
