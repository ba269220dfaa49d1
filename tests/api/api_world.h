// A whole server without sockets: the real routers, chain and use cases over the store in memory, on a fake clock.
// Threads: one; a call runs the loop until its answer is there.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/routes.h"
#include "base/random.h"
#include "net/body_stream.h"
#include "runtime/async_scope.h"
#include "store/memory/memory_store.h"
#include "task/machine.h"
#include "tests/api/memory_blobs.h"
#include "tests/sim/sim_loop.h"

namespace darkroom::test {

// Parts of a request; `key` is the name of one of the world's keys, or a whole Authorization value, or empty.
struct Call {
  std::string method = "GET";
  std::string target = "/";
  std::string key = {};
  std::string body = {};
  std::vector<http::Header> headers = {};
  std::string peer = {};  // where it comes from
};

// A request that has been sent, and its answer once it is there.
struct Pending {
  http::Request request;
  std::optional<http::Response> answer;
};

class ApiWorld {
 public:
  struct Options {
    std::int64_t queued_tasks = 10'000;
    api::Limits limits = {};
    std::size_t waiting_requests = usecase::TaskFeed::kDefaultMostWaiters;
    // Upstreams beside the sandbox.
    std::vector<usecase::RoutePlanner::Upstream> upstreams = {};
    std::string catalog_dir = {};  // laid over the built-in catalogue
    usecase::ProbeSource probe_source = {};
  };

  static constexpr std::uint64_t kPictureBytes = 1000;  // of an upload

  ApiWorld();
  explicit ApiWorld(Options options);
  ~ApiWorld();

  http::Response call(Call call) { return send(public_router, std::move(call)); }
  http::Response admin(Call call) { return send(admin_router, std::move(call)); }
  // Sends it and goes on; the world must not end before the answer is there.
  std::unique_ptr<Pending> begin(Call call, net::BodyStream* body = nullptr);
  // Until it is answered, however long that takes.
  http::Response finish(Pending& pending);
  // What a stream gives next, however long that takes; empty at its end.
  std::string next_piece(const http::Response& response);
  // Lets everything happen that needs no time.
  void settle();
  // Submits a picture for the key and gives the task's id.
  std::string submit(const std::string& key = "live", const std::string& extra = "");
  // What the engine would do: the task ends, with its output or with `failure`.
  void finish(const std::string& task_id, std::optional<Code> failure = {});
  void cancel(const std::string& task_id);
  task::CancelRule cancel_rule = task::CancelRule::free;
  bool is_sent = false;  // the calls of tasks that are cancelled are on their way upstream
  ledger::Balance balance(const std::string& account, ledger::Book book);
  void advance(milliseconds by) { clock.advance_to(clock.steady_now() + by); }

  // Waits for a store verb: ask([&](auto done) { store->audit(std::move(done)); }).
  template <class T, class Start>
  Result<T> ask(Start start) {
    std::optional<Result<T>> answer;
    start([&](Result<T> result) { answer = std::move(result); });
    while (!answer) DR_CHECK(loop.step());
    return std::move(*answer);
  }
  template <class T>
  T wait(Async<T> work) {
    std::optional<T> value;
    scope.spawn(keep(std::move(work), &value));
    while (!value) DR_CHECK(loop.step());
    return std::move(*value);
  }

  sim::SimClock clock;
  sim::SimLoop loop{clock};
  SeededRandom random{7};
  Metrics metrics;
  MemoryBlobs blobs;
  bool store_hangs = false;  // what it is asked is never answered
  std::unique_ptr<store::Store> store;
  catalog::Catalog catalog;
  net::UrlGuard guard;
  usecase::AccountStates accounts;
  usecase::KeyRing keys;
  usecase::TaskCache cache;
  usecase::TaskFeed feed;
  usecase::TaskStreams streams{feed};
  std::optional<double> typical_seconds;  // what the engine would have measured
  usecase::ReadTask tasks;
  usecase::RoutePlanner planner;
  std::vector<store::QueuedTask> accepted;
  usecase::ManageWebhooks webhooks;
  usecase::SubmitTask submits;
  usecase::CancelTask cancels;
  usecase::ManageAccount manager;
  usecase::ManagePrices prices;
  api::Readiness readiness;
  api::Services services;
  net::Router public_router;
  net::Router admin_router;
  AsyncScope scope;
  // live, test, other (of another account), poor (no credits), picky (may use the official model only), revoked,
  // expired
  std::map<std::string, std::string> key_texts;
  // One more key, which calls then name.
  usecase::CreatedKey make_key(const std::string& name, usecase::NewKey wanted);

 private:
  template <class T>
  static Async<void> keep(Async<T> work, std::optional<T>* value) {
    value->emplace(co_await work);
  }
  api::Uploads make_uploads();
  Async<Result<blob::Kept>> keep_upload(TaskId task, std::size_t index, std::shared_ptr<blob::Writer> picture);
  http::Request make_request(Call call) const;
  http::Response send(const net::Router& router, Call call);
  void make_keys();
  void end(task::Task task, std::vector<task::Event> events, std::vector<ledger::Entry> entries);
  task::Task claim(const std::string& task_id);
  Result<task::Task> try_cancel(const std::string& task_id);
};

// The bytes of an answer's body; a range of a file is read.
std::string body_text(const http::Response& response);
std::string header_of(const http::Response& response, std::string_view name);
// The number in {"error":{"code":N}}; 0 without one.
int error_code(const http::Response& response);

}  // namespace darkroom::test
