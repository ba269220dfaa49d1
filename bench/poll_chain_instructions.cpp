// What a poll costs above the HTTP server: router, chain (key, rate limit), task cache, answer; in user instructions.
// No socket and no store: the task is in memory, as it is for every poll but the first.
//   valgrind --tool=callgrind --toggle-collect='*poll_once*' poll_chain_instructions 1000
// and divide the collected count by 1000.
#include <charconv>
#include <cstdio>
#include <deque>
#include <string>

#include "account/api_key.h"
#include "api/routes.h"
#include "base/log.h"
#include "base/random.h"
#include "runtime/async_scope.h"
#include "store/memory/memory_store.h"

namespace darkroom {
namespace {

class NoLoop final : public Loop {
 public:
  void post(Callback) override { DR_CHECK(false); }
  TimerId call_at(SteadyTime, Callback) override { DR_CHECK(false); }
  void cancel_timer(TimerId) override { DR_CHECK(false); }
  SteadyTime now() const override { return SystemClock().steady_now(); }
  bool is_here() const override { return true; }
};

class NoBlobs final : public blob::Store {
 public:
  Result<std::unique_ptr<blob::Writer>> create() override { return fail(Code::io_failed); }
  Result<std::shared_ptr<const http::OpenFile>> open(std::string_view) override { return fail(Code::not_found); }
  Result<blob::Info> stat(std::string_view) override { return fail(Code::not_found); }
  Status remove(std::string_view) override { return {}; }
  Status remove_folder(std::string_view) override { return {}; }
  Status sweep_temporary() override { return {}; }
  double free_percent() override { return 50; }
};

Async<void> drive(const net::Router& router, Loop& loop, http::Request request, int* answered) {
  const http::Response response = co_await router(loop, request);
  if (response.status == 200) ++*answered;
}

__attribute__((noinline)) void poll_once(const net::Router& router, Loop& loop, AsyncScope& scope,
                                         http::Request request, int* answered) {
  scope.spawn(drive(router, loop, std::move(request), answered));
}

account::KeyRecord make_record(const account::NewApiKey& key, Random& random) {
  account::KeyRecord record;
  record.id = KeyId::make(from_millis(1), random);
  record.account = AccountId::make(from_millis(1), random);
  record.account_name = "studio";
  record.hash = key.hash;
  return record;
}

task::Task make_task(AccountId account, Random& random) {
  task::Task task;
  task.id = TaskId::make(SystemClock().wall_now(), random);
  task.account = account;
  task.created_at = SystemClock().wall_now();
  task.plan.model = "gemini-2.5-flash-image-preview";
  task.plan.kind = "image";
  return task;
}

int run(int polls) {
  SystemClock clock;
  SystemRandom random;
  Metrics metrics;
  NoLoop loop;
  NoBlobs blobs;
  const auto store = store::make_memory_store(store::make_memory_data(), [](std::move_only_function<void()>) {});
  const catalog::Catalog catalog({});
  const net::UrlGuard guard({}, nullptr);
  const usecase::RoutePlanner planner({}, {});
  usecase::AccountStates accounts;
  usecase::KeyRing keys(*store, accounts);
  usecase::TaskCache cache;
  usecase::ReadTask tasks(*store, cache, accounts, "http://127.0.0.1:8080");
  usecase::SubmitTask submits({*store, catalog, guard, planner, tasks, clock, random, 0, {}});
  usecase::ManageAccount manager(*store, catalog, &keys, clock, random);
  api::Readiness readiness(*store, blobs);
  api::Limits limits;
  limits.polls = account::Rate::per_second(1'000'000, 1'000'000);
  const api::Services services{keys, submits, tasks, manager, catalog, readiness, blobs, metrics, clock, limits, {}};
  net::Router router;
  api::add_public_routes(router, services);

  const account::NewApiKey key = account::make_api_key(ledger::Book::live, random);
  const account::KeyRecord record = make_record(key, random);
  keys.add(record);
  const task::Task task = make_task(record.account, random);
  tasks.task_accepted(task);

  AsyncScope scope;
  int answered = 0;
  for (int i = 0; i < polls; ++i) {
    http::Request request;
    request.method = "GET";
    request.path = "/api/v1/tasks/" + task.id.text();
    request.headers = {{"Host", "127.0.0.1:8080"},
                       {"Authorization", "Bearer " + std::string(key.text.reveal())},
                       {"User-Agent", "curl/7.88.1"},
                       {"Accept", "*/*"}};
    request.request_id = "req_8a4f0d2e-1c8b-4f1a-9e2d-3b7c5a6f0a1b";
    poll_once(router, loop, scope, std::move(request), &answered);
  }
  store->close();
  std::printf("%d of %d polls answered\n", answered, polls);
  return answered == polls ? 0 : 1;
}

}  // namespace
}  // namespace darkroom

int main(int count, char** arguments) {
  const std::string_view text = count > 1 ? arguments[1] : "1000";
  int polls = 0;
  std::from_chars(text.data(), text.data() + text.size(), polls);
  return darkroom::run(polls);
}
