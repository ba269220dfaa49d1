// The seam between the engine and the outside: one call to a vendor, from request to stored output. The real one is
// engine/http_caller; the simulation has its own.
// Threads: the engine's loop. perform() never throws; it always ends by its deadline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"
#include "engine/limiter.h"
#include "runtime/async.h"
#include "task/machine.h"

namespace darkroom::engine {

struct CallOrder {
  TaskId task;
  std::uint32_t call = 0;
  std::uint32_t attempt = 1;
  const Upstream* upstream = nullptr;  // lives as long as the engine
  std::string wire_model;
  std::string prompt;
  json::object parameters;
  std::vector<task::Reference> references;
  std::size_t key = 0;  // index into upstream->api_keys
  milliseconds deadline{300'000};
};

struct CallOutcome {
  std::variant<std::vector<task::Output>, task::CallFailure> result;
  Limiter::Signal signal = Limiter::Signal::neutral;
  bool key_is_bad = false;  // rest it for kBadKeyRest
  std::optional<milliseconds> key_rest = {};
};

class UpstreamCaller {
 public:
  virtual ~UpstreamCaller() = default;
  virtual Async<CallOutcome> perform(CallOrder order) = 0;
  // Ends every call in flight soon, with Code::cancelled as its failure's code.
  virtual void cancel_all() = 0;
};

// Where reference pictures come from: fetched once, checked, kept until the task has ended.
class References {
 public:
  virtual ~References() = default;
  virtual Async<Result<std::vector<task::Reference>>> fetch(TaskId task,
                                                            std::vector<task::ReferenceSource> sources) = 0;
  // The task has ended; its references are no longer needed.
  virtual void forget(TaskId task) = 0;
};

}  // namespace darkroom::engine
