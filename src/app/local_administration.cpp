// The store's side of Administration: the same handlers that a running server has, in this process, for one command. A
// call lasts as long as the store's work; there is nobody else to wait for, so no deadline applies.
#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <future>
#include <utility>

#include "api/routes.h"
#include "app/administration.h"
#include "app/block_on.h"
#include "app/console_area.h"
#include "app/upstream_steering.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/random.h"
#include "blob/fs/fs_store.h"
#include "catalog/catalog.h"
#include "runtime/async_scope.h"
#include "runtime/loops.h"
#include "store/sqlite/sqlite_store.h"

namespace darkroom::app {
namespace {

// Everything that the handlers ask for. Those of administration use the store, the catalogue and the clock; the others
// are there because a Services is always whole.
class LocalAdministration final : public Administration {
 public:
  LocalAdministration(const Config& config, std::unique_ptr<store::Store> store, std::unique_ptr<blob::Store> media,
                      catalog::Catalog catalog, std::vector<usecase::RoutePlanner::Upstream> upstreams)
      : store_(std::move(store)),
        media_(std::move(media)),
        catalog_(std::move(catalog)),
        planner_(std::move(upstreams), {}),
        console_(ConsoleArea::Parts{
            config, services_, *store_, random_,
            config.server.public_url.empty() ? "http://" + config.server.listen : config.server.public_url}) {
    services_.steer_upstream = [this](std::string name, const api::UpstreamChange& change,
                                      Done<Result<json::object>> done) {
      steer_later(std::move(name), change, std::move(done));
    };
    api::add_admin_routes(router_, services_);
    console_.add_local_routes(router_);
    loop_.start();
  }
  // What the store knows beyond the catalogue's files.
  Status load() {
    return block_on<Status>(loop_, [this] { return prices_.load(loop_); });
  }
  ~LocalAdministration() override {
    loop_.stop();
    store_->close();
  }

  Result<Answer> call(const std::string& method, const std::string& target, const std::string& body, seconds) override {
    http::Request request;
    request.method = method;
    const std::size_t question = target.find('?');
    auto path = http::percent_decode(target.substr(0, question));
    if (!path) return fail(Code::bad_request, "the path is not percent-encoded");
    request.path = *std::move(path);
    if (question != std::string::npos) request.query = target.substr(question + 1);
    if (!body.empty()) request.headers.add("Content-Type", "application/json");
    request.body = body;
    request.request_id = std::string_view(make_request_id(clock_.wall_now(), random_));

    std::promise<Answer> promise;
    std::future<Answer> answer = promise.get_future();
    loop_.post([this, &promise, request = std::move(request)]() mutable {
      scope_.spawn(serve(this, std::move(request), &promise));
    });
    return answer.get();
  }

 private:
  // For the next server.
  void steer_later(std::string name, const api::UpstreamChange& change, Done<Result<json::object>> done) {
    if (Status checked = check_change(planner_, name, change); !checked) return done(fail(std::move(checked.error())));
    const std::uint32_t configured = planner_.find_weight(name).value_or(0);
    store_->put_settings(print_change(name, change), [this, name, done = std::move(done),
                                                      configured](Result<void> put) mutable {
      if (!put) return done(fail(std::move(put.error())));
      store_->list_settings([name, done = std::move(done),
                             configured](Result<std::vector<store::Setting>> all) mutable {
        if (!all) return done(fail(std::move(all.error())));
        const UpstreamSetting set = read_upstream_settings(*all)[name];
        json::object shown = {{"name", name}, {"drained", set.is_drained}, {"weight", set.weight.value_or(configured)}};
        if (set.probe) shown["probe"] = json::object{{"policy", engine::print(*set.probe)}};
        done(std::move(shown));
      });
    });
  }

  static Async<void> serve(LocalAdministration* self, http::Request request, std::promise<Answer>* promise) {
    http::Response response = co_await self->router_(self->loop_, request);
    Answer answer{.status = response.status, .body = {}};
    if (const auto* text = std::get_if<std::string>(&response.body)) answer.body = *text;
    if (const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&response.body)) answer.body = **shared;
    promise->set_value(std::move(answer));
  }

  EventLoop loop_{"admin"};
  AsyncScope scope_;
  SystemClock clock_;
  SystemRandom random_;
  Metrics metrics_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<blob::Store> media_;
  catalog::Catalog catalog_;
  usecase::AccountStates accounts_;
  usecase::KeyRing keys_{*store_, accounts_};
  usecase::TaskCache cache_{64};
  usecase::TaskFeed feed_;
  usecase::ReadTask tasks_{{.store = *store_, .cache = cache_, .feed = feed_, .accounts = accounts_, .public_url = ""}};
  net::UrlGuard guard_{{}, net::make_system_resolver()};
  usecase::RoutePlanner planner_;
  usecase::ManageWebhooks webhooks_{*store_, guard_, clock_, random_};
  usecase::SubmitTask submits_{{.store = *store_,
                                .catalog = catalog_,
                                .guard = guard_,
                                .planner = planner_,
                                .tasks = tasks_,
                                .webhooks = webhooks_,
                                .clock = clock_,
                                .random = random_,
                                .on_accepted = {}}};
  usecase::CancelTask cancels_{{tasks_, [](TaskId, Done<Result<task::Task>> done) { done(fail(Code::unavailable)); }}};
  usecase::ManageAccount manage_{*store_, catalog_, nullptr, clock_, random_};
  usecase::ManagePrices prices_{*store_, catalog_, clock_};
  api::Readiness readiness_{*store_, *media_};
  api::Services services_{.keys = keys_,
                          .submits = submits_,
                          .tasks = tasks_,
                          .cancels = cancels_,
                          .accounts = manage_,
                          .webhooks = webhooks_,
                          .catalog = catalog_,
                          .readiness = readiness_,
                          .media = *media_,
                          .metrics = metrics_,
                          .clock = clock_,
                          .limits = {},
                          .typical_seconds = {}};
  ConsoleArea console_;
  net::Router router_;
};

}  // namespace

Result<std::unique_ptr<Administration>> open_local_administration(const Config& config, bool may_create) {
  const std::string path = config.database_path();
  if (path.empty()) {
    return fail(Code::store_failed, "the store is in memory and no server runs on it: nothing to administer");
  }
  std::error_code problem;
  if (!std::filesystem::exists(path, problem)) {
    if (!may_create) {
      return fail(Code::store_failed,
                  fmt::format("there is no store at {}: start the server or create a key first, or name "
                              "another place with --data or --config",
                              path));
    }
    if (const auto folder = std::filesystem::path(path).parent_path(); !folder.empty()) {
      std::filesystem::create_directories(folder, problem);
      if (problem) return fail(Code::store_failed, fmt::format("{}: {}", folder.string(), problem.message()));
    }
  }
  auto catalog = catalog::load_catalog(config.catalog.dir);
  if (!catalog) {
    return fail(Code::bad_config, fmt::format("the catalogue has mistakes; `darkroom models check` shows all: {}",
                                              catalog.error().front()));
  }
  ::umask(0077);  // the store holds prompts
  auto store = store::open_sqlite_store({.path = path, .seal_key = config.store.seal_key});
  if (!store) return fail(store.error());
  auto media = blob::make_fs_store(config.media_path());
  if (!media) return fail(media.error());
  std::vector<usecase::RoutePlanner::Upstream> upstreams;
  for (const auto& [name, upstream] : config.upstreams)
    upstreams.push_back({name, upstream.kind, false, upstream.weight});
  auto local = std::make_unique<LocalAdministration>(config, *std::move(store), *std::move(media), *std::move(catalog),
                                                     std::move(upstreams));
  DR_TRY(local->load());
  return local;
}

}  // namespace darkroom::app
