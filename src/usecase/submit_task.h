// SubmitTask: from a customer's JSON object to a durable task with its hold. Everything but the one store verb is pure:
// model, parameters, reference links, price, routes, queue limit, in this order; nothing is charged before all pass.
// A submit with an idempotency key that has been used is answered with the task that it became, whatever would refuse
// it today. Threads: any loop.
// Fails with missing_parameter, unknown_model, forbidden, invalid_parameter, queue_full, insufficient_credits,
// idempotency_mismatch or what the store says.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "account/sha256.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "net/url_guard.h"
#include "runtime/async.h"
#include "store/store.h"
#include "usecase/caller.h"
#include "usecase/read_task.h"
#include "usecase/route_planner.h"

namespace darkroom::usecase {

// How long a submit's idempotency key is kept.
inline constexpr std::chrono::hours kIdempotencyKept{72};

// A submit that its caller may send again: whatever happens to the answers, it becomes one task.
struct Repeatable {
  account::Digest key;      // of the caller's name for it
  account::Digest request;  // of all that makes it the same request
};

struct SubmitCommand {
  CallerRef caller;
  std::string endpoint;  // the path it came by: a model is offered on one only
  json::object body;
  std::optional<Repeatable> repeat = {};
};

struct Submitted {
  TaskId id;
  std::string model;
  WallTime created_at{};
  std::vector<std::string> ignored;  // names in the body that no model knows
  bool is_repeat = false;            // of an earlier submit, whose task this is
};

class SubmitTask {
 public:
  struct Parts {
    store::Store& store;
    const catalog::Catalog& catalog;
    const net::UrlGuard& guard;
    const RoutePlanner& planner;
    ReadTask& tasks;
    Clock& clock;
    Random& random;
    std::int64_t queued_tasks = 10'000;  // unfinished tasks of one account; 0: no limit
    // Wakes the engine; a hint that may be lost. Called on the request's loop, after the commit.
    std::function<void(store::QueuedTask)> on_accepted;
  };
  explicit SubmitTask(Parts parts) : parts_(std::move(parts)) {}

  Async<Result<Submitted>> submit(Loop& loop, SubmitCommand command);

 private:
  struct Planned {
    task::Plan plan;
    std::vector<std::string> ignored;
  };
  Result<const catalog::ModelSpec*> find_model(const SubmitCommand& command) const;
  Result<Planned> plan(const SubmitCommand& command) const;
  Async<Result<Submitted>> create(Loop& loop, SubmitCommand command);
  Async<Result<Submitted>> create_once(Loop& loop, SubmitCommand command);
  // Nothing if the key is free; idempotency_mismatch if it belongs to another request.
  Async<Result<std::optional<Submitted>>> find_earlier(Loop& loop, CallerRef caller, Repeatable repeat);

  Parts parts_;
};

}  // namespace darkroom::usecase
