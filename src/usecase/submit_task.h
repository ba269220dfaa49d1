// SubmitTask: from a customer's JSON object to a durable task with its hold, or to its price alone. Model, parameters,
// links, routes, callback, queue limit and price are checked in this order, and nothing is charged before all pass. It
// is pure but for the one store verb, the look at a film that is paid for by its length, and at an earlier task that
// the request goes on from. A submit with an idempotency key that has been used is answered with the task that it
// became, whatever would refuse it today. Threads: any loop. Fails with missing_parameter, unknown_model, forbidden,
// invalid_parameter, queue_full, key_limit_reached, insufficient_credits, unavailable, idempotency_mismatch or what the
// store says.
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
#include "catalog/params.h"
#include "catalog/quote.h"
#include "net/url_guard.h"
#include "runtime/async.h"
#include "store/store.h"
#include "usecase/caller.h"
#include "usecase/manage_webhooks.h"
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

// How long after a submit without a name the next one like it can be told of it, by find_latest().
inline constexpr std::chrono::hours kTraceKept{2};

// A file that came with the request and lies in the blob store. `link` stands for it in the body, and means nothing in
// any other request.
struct Upload {
  std::string link;
  std::string blob;
};

struct SubmitCommand {
  CallerRef caller;
  std::string endpoint;  // the path it came by: a model is offered on one only
  json::object body;
  std::optional<Repeatable> repeat = {};
  // Of all that makes it the same request, unlike any name: a submit that has none refuses nothing by it, but can be
  // found by it.
  std::optional<account::Digest> trace = {};
  std::optional<seconds> cancel_after = {};  // the caller's own deadline
  std::optional<TaskId> id = {};             // under which its uploads are kept; without one it is chosen here
  std::vector<Upload> uploads = {};
  std::string request_id = {};  // kept with the task
};

struct Quoted {
  std::string model;
  std::string mode;
  std::string unit;  // of the price: "image", "second" or "generation"
  catalog::Quote quote;
  std::vector<std::string> ignored;
};

struct Submitted {
  TaskId id;
  std::string model;
  WallTime created_at{};
  std::vector<std::string> ignored;  // names in the body that mean nothing to the model
  bool is_repeat = false;            // of an earlier submit, whose task this is
};

// Who is told of the task's end; no URL: nobody.
struct Callback {
  std::string url;
  std::vector<std::string> events;  // names of webhook::EventType; empty: all
};

// Measures the film behind an account's link before anything is charged. Fails with what the fetch or the film is at
// fault of.
using ProbeSource = std::function<Async<Result<catalog::SourceFacts>>(Loop&, AccountId account, std::string url)>;

class SubmitTask {
 public:
  struct Parts {
    store::Store& store;
    const catalog::Catalog& catalog;
    const net::UrlGuard& guard;
    const RoutePlanner& planner;
    ReadTask& tasks;
    ManageWebhooks& webhooks;
    Clock& clock;
    Random& random;
    std::int64_t queued_tasks = 10'000;  // unfinished tasks of one account; 0: no limit
    // Wakes the engine; a hint that may be lost. Called on the request's loop, after the commit.
    std::function<void(store::QueuedTask)> on_accepted;
    ProbeSource probe_source = {};  // without it, what is paid for by the length of a source is unavailable
  };
  explicit SubmitTask(Parts parts) : parts_(std::move(parts)) {}

  Async<Result<Submitted>> submit(Loop& loop, SubmitCommand command);
  // The task that the caller's latest submit with this trace has become, unless that is longer ago.
  Async<Result<std::optional<TaskId>>> find_latest(Loop& loop, CallerRef caller, account::Digest trace, seconds within);
  // What would refuse the command whatever the store says: for who has work to do before it can be submitted.
  Status check_alone(const SubmitCommand& command) const;
  TaskId make_id() { return TaskId::make(parts_.clock.wall_now(), parts_.random); }
  // What the command would cost: no task, no charge, and no look at the balance.
  Async<Result<Quoted>> quote(Loop& loop, SubmitCommand command);

 private:
  // A command that has passed, as far as that can be told without the outside.
  struct Checked {
    const catalog::ModelSpec* model = nullptr;
    catalog::Normalised request;
    std::vector<task::Route> routes;
    Callback callback;
  };
  Result<const catalog::ModelSpec*> find_model(const SubmitCommand& command) const;
  Result<Checked> check(const SubmitCommand& command) const;
  // The results of the tasks that the request goes on from become uploads: they lie in the blob store already.
  Async<Status> add_sources(Loop& loop, const catalog::ModelSpec* model, std::vector<catalog::Reference> references,
                            SubmitCommand* command);
  Async<Result<catalog::SourceFacts>> probe(Loop& loop, AccountId account, std::string model, catalog::Reference film);
  Async<Result<Submitted>> create(Loop& loop, SubmitCommand command);
  Async<Result<Submitted>> create_once(Loop& loop, SubmitCommand command);
  // Nothing if the key is free; idempotency_mismatch if it belongs to another request.
  Async<Result<std::optional<Submitted>>> find_earlier(Loop& loop, CallerRef caller, Repeatable repeat);

  Parts parts_;
};

}  // namespace darkroom::usecase
