#include "app/gateway.h"

#include <fmt/format.h>

#include <thread>

#include "api/console/playground.h"
#include "api/openai_edits.h"
#include "api/routes.h"
#include "app/block_on.h"
#include "app/console_area.h"
#include "app/count_unfinished.h"
#include "app/engine_setup.h"
#include "app/lost_references.h"
#include "app/open_store.h"
#include "app/route_check.h"
#include "app/screens.h"
#include "app/upstream_steering.h"
#include "base/log.h"
#include "blob/fs/fs_store.h"
#include "console/docs.h"
#include "console/pages.h"
#include "engine/callers.h"
#include "engine/engine.h"
#include "engine/http_caller.h"
#include "engine/http_webhook_sender.h"
#include "engine/notifier.h"
#include "engine/reference_fetcher.h"
#include "net/http_server.h"
#include "provider/adapters/registry.h"
#include "sandbox/server.h"

namespace darkroom::app {
namespace {

constexpr std::size_t kPoolThreads = 4;
constexpr std::size_t kPoolQueue = 1024;
constexpr std::size_t kProbeWorkers = 2;
constexpr std::size_t kClientThreads = 1;
constexpr milliseconds kKeyUseFlush{60'000};
constexpr seconds kWebhookDrain{5};  // for messages in flight at the end; a message that is cut off goes out again

std::uint32_t loops_wanted(const ServerConfig& server) {
  return server.threads > 0 ? server.threads : std::max(1U, std::thread::hardware_concurrency());
}

Async<Result<catalog::SourceFacts>> probe_source(engine::ReferenceFetcher& references, Loop& loop, AccountId account,
                                                 std::string url) {
  const Result<media::Film> film = co_await references.probe_film(loop, account, std::move(url));
  if (!film) co_return fail(film.error());
  co_return catalog::SourceFacts{.duration_milliseconds = static_cast<std::int64_t>(film->duration_milliseconds),
                                 .frames_per_1000_seconds = std::llround(film->frame_rate * 1000)};
}

}  // namespace

struct Gateway::Parts {
  explicit Parts(const Config& from) : config(from) {}

  Status open();
  void build_use_cases(const std::string& public_url);
  api::Uploads make_uploads();
  void serve_upstreams();
  Status build_api();
  Status run_engine();
  void flush_key_uses_regularly();
  Async<void> flush_key_uses();
  EventLoop& first_loop() { return *loops.front(); }

  Config config;
  SystemClock clock;
  SystemRandom random;
  Metrics metrics;
  catalog::Catalog catalog{{}};
  std::vector<std::unique_ptr<EventLoop>> loops;  // HTTP
  std::unique_ptr<EventLoop> engine_loop;
  std::unique_ptr<BlockingPool> pool;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<blob::Store> media;
  std::unique_ptr<sandbox::Sandbox> sandbox;

  std::unique_ptr<net::UrlGuard> guard;
  std::unique_ptr<net::HttpClient> client;
  std::unique_ptr<net::Fetcher> fetcher;
  std::unique_ptr<media::Prober> prober;
  std::unique_ptr<media::FilmProber> film_prober;
  std::unique_ptr<engine::OutputSaver> saver;
  std::unique_ptr<engine::HttpCaller> vendors;
  std::unique_ptr<BlockingPool> local_pool;
  std::unique_ptr<engine::LocalCaller> local;
  std::unique_ptr<engine::Callers> callers;
  std::unique_ptr<engine::ReferenceFetcher> references;

  usecase::AccountStates accounts;
  usecase::TaskCache cache;
  usecase::TaskFeed feed{config.server.waiting_requests};
  usecase::TaskStreams streams{feed};
  std::unique_ptr<usecase::KeyRing> keys;
  UpstreamSettings upstream_settings;  // at the start
  std::unique_ptr<usecase::RoutePlanner> planner;
  std::unique_ptr<usecase::ManagePrices> prices;
  std::unique_ptr<usecase::ReadTask> tasks;
  std::unique_ptr<usecase::ManageWebhooks> webhooks;
  std::unique_ptr<usecase::SubmitTask> submits;
  std::unique_ptr<usecase::CancelTask> cancels;
  std::unique_ptr<usecase::ManageAccount> manage;
  std::unique_ptr<api::Readiness> readiness;
  std::unique_ptr<api::Services> services;
  std::unique_ptr<console::Docs> docs;
  std::unique_ptr<Screens> screens;  // these are null: not enabled
  std::unique_ptr<ConsoleArea> console;
  net::Router public_router;
  net::Router admin_router;
  std::unique_ptr<net::HttpServer> server;
  std::unique_ptr<net::HttpServer> admin_server;
  std::unique_ptr<engine::HttpWebhookSender> webhook_sender;
  std::unique_ptr<engine::Notifier> notifier;
  std::unique_ptr<engine::Engine> engine;
  AsyncScope upkeep;  // of the first loop
  bool started = false;
  bool draining = false;
  SteadyTime drain_deadline{};
  std::promise<void> engine_stopped;
};

Status Gateway::Parts::open() {
  auto loaded = catalog::load_catalog(config.catalog.dir);
  if (!loaded) return fail(Code::bad_config, fmt::format("{}", fmt::join(loaded.error(), "\n")));
  catalog = std::move(*loaded);
  if (const auto mistakes = check_routes(config, catalog); !mistakes.empty()) {
    return fail(Code::bad_config, fmt::format("{}", fmt::join(mistakes, "\n")));
  }
  auto opened = open_store(config, metrics);
  if (!opened) return fail(std::move(opened.error()));
  store = std::move(*opened);
  auto blobs = blob::make_fs_store(config.media_path());
  if (!blobs) return fail(std::move(blobs.error()));
  media = std::move(*blobs);
  DR_TRY(media->sweep_temporary());

  for (std::uint32_t i = 0; i < loops_wanted(config.server); ++i) {
    loops.push_back(std::make_unique<EventLoop>(fmt::format("http-{}", i)));
    loops.back()->start();
  }
  engine_loop = std::make_unique<EventLoop>("engine");
  engine_loop->start();
  pool = std::make_unique<BlockingPool>(kPoolThreads, kPoolQueue);
  sandbox = std::make_unique<sandbox::Sandbox>(clock, random);
  return sandbox->start();
}

void Gateway::Parts::build_use_cases(const std::string& public_url) {
  tasks = std::make_unique<usecase::ReadTask>(usecase::ReadTask::Parts{
      .store = *store,
      .cache = cache,
      .feed = feed,
      .accounts = accounts,
      .public_url = public_url,
      .typical_seconds =
          [this](std::string_view model) { return engine ? engine->typical_seconds(model) : std::nullopt; },
      .streams = &streams,
      .departures = &server->departures()});
  webhooks = std::make_unique<usecase::ManageWebhooks>(*store, *guard, clock, random);
  webhooks->on_due = [this] { notifier->wake(); };
  submits = std::make_unique<usecase::SubmitTask>(usecase::SubmitTask::Parts{
      .store = *store,
      .catalog = catalog,
      .guard = *guard,
      .planner = *planner,
      .tasks = *tasks,
      .webhooks = *webhooks,
      .clock = clock,
      .random = random,
      .queued_tasks = config.limits.queued_tasks,
      .on_accepted = [this](store::QueuedTask task) { engine->wake(std::move(task)); },
      .probe_source = [this](Loop& loop, AccountId account,
                             std::string url) { return probe_source(*references, loop, account, std::move(url)); }});
  cancels = std::make_unique<usecase::CancelTask>(usecase::CancelTask::Parts{
      .tasks = *tasks,
      .cancel = [this](TaskId id, Done<Result<task::Task>> done) { engine->cancel(id, std::move(done)); }});
}

api::Uploads Gateway::Parts::make_uploads() {
  return {.picture_bytes = config.fetch.image_bytes,
          .run = [this](Callback work) { pool->submit(std::move(work)); },
          .keep =
              [this](Loop& loop, TaskId task, std::size_t index, std::shared_ptr<blob::Writer> picture) {
                return references->keep_upload(loop, task, index, std::move(picture));
              },
          .forget = [this](TaskId task) { references->forget(task); }};
}

void Gateway::Parts::serve_upstreams() {
  services->list_upstreams = [this](Done<json::array> done) {
    list_upstreams({*store, *planner, *engine}, std::move(done));
  };
  services->steer_upstream = [this](std::string name, const api::UpstreamChange& change,
                                    Done<Result<json::object>> done) {
    steer_upstream({*store, *planner, *engine}, std::move(name), change, std::move(done));
  };
  services->test_upstream = [this](std::string name, Done<Result<json::object>> done) {
    test_upstream(*engine, std::move(name), std::move(done));
  };
}

Status Gateway::Parts::build_api() {
  Gauge& waiting = metrics.gauge("darkroom_waiting_requests", "Requests that wait for a task");
  metrics.before_print([this, &waiting] { waiting.Set(static_cast<double>(feed.waiting())); });
  guard = std::make_unique<net::UrlGuard>(config.fetch.allow, net::make_system_resolver());
  keys = std::make_unique<usecase::KeyRing>(*store, accounts);
  planner = std::make_unique<usecase::RoutePlanner>(make_planner(config, *sandbox, upstream_settings));
  manage = std::make_unique<usecase::ManageAccount>(*store, catalog, keys.get(), clock, random);
  manage->on_limits_changed = [this] { engine->look_again(); };
  readiness = std::make_unique<api::Readiness>(*store, *media);

  std::vector<EventLoop*> raw_loops;
  for (const auto& loop : loops) raw_loops.push_back(loop.get());
  net::ServerLimits limits;
  limits.body_bytes = config.limits.body_bytes;
  limits.streamed = {{"POST", std::string(api::kEditsPath), config.limits.upload_bytes},
                     {"POST", std::string(api::console::kPlaygroundBodies), config.limits.upload_bytes}};
  server = std::make_unique<net::HttpServer>(raw_loops, limits, std::ref(public_router), clock, random, &metrics);
  if (const Status listening = server->listen(config.server.listen); !listening) {
    return fail(Code::unavailable, listening.error().message);  // the address may be free later
  }
  const std::string public_url =
      config.server.public_url.empty() ? "http://" + server->address() : config.server.public_url;

  build_use_cases(public_url);
  services = std::make_unique<api::Services>(api::Services{
      .keys = *keys,
      .submits = *submits,
      .tasks = *tasks,
      .cancels = *cancels,
      .accounts = *manage,
      .webhooks = *webhooks,
      .catalog = catalog,
      .readiness = *readiness,
      .media = *media,
      .metrics = metrics,
      .clock = clock,
      .limits = {.submits = account::Rate::per_minute(config.limits.submits_per_minute, config.limits.submit_burst),
                 .polls = account::Rate::per_second(config.limits.polls_per_second, config.limits.polls_per_second),
                 .openai_wait = seconds(config.openai.wait_seconds),
                 .media_retention = config.media.retention},
      .typical_seconds = [this](std::string_view model) { return engine->typical_seconds(model); },
      .uploads = make_uploads(),
      .description = api::describe_public_routes(catalog, DARKROOM_VERSION),
      .prices = prices.get()});
  serve_upstreams();
  api::add_public_routes(public_router, *services);
  docs = std::make_unique<console::Docs>(
      console::Docs::Parts{.catalog = catalog, .typical_seconds = services->typical_seconds, .public_url = public_url});
  docs->add_routes(public_router);
  if (config.console.enabled) {
    screens = std::make_unique<Screens>(
        Screens::Parts{streams, *media, *planner, catalog, clock, random, *engine_loop, engine, webhook_sender});
    console = std::make_unique<ConsoleArea>(
        ConsoleArea::Parts{config, *services, *store, random, public_url, screens->services()});
    console->add_routes(public_router);
    console::add_console_routes(public_router);
    console->add_local_routes(admin_router);
  }
  api::add_admin_routes(admin_router, *services);
  if (config.database_path().empty()) return {};
  admin_server = std::make_unique<net::HttpServer>(std::vector<EventLoop*>{raw_loops.front()}, net::ServerLimits{},
                                                   std::ref(admin_router), clock, random, nullptr);
  return admin_server->listen_unix(config.admin_socket_path(), 0600);
}

Status Gateway::Parts::run_engine() {
  client = std::make_unique<net::HttpClient>(kClientThreads, 20'000, &metrics);
  fetcher = std::make_unique<net::Fetcher>(*client, *guard, *pool);
  prober = media::make_confined_prober(kProbeWorkers);
  film_prober = media::make_film_prober(kProbeWorkers);
  engine::OutputLimits output_limits;
  output_limits.pixels = config.fetch.image_pixels;
  saver = std::make_unique<engine::OutputSaver>(*engine_loop, *fetcher, *media, *film_prober, *pool, output_limits);
  vendors = std::make_unique<engine::HttpCaller>(*engine_loop, *client, *media, provider::built_in_adapters(), *pool,
                                                 *saver, clock);
  local_pool = std::make_unique<BlockingPool>(count_local_places(config), kPoolQueue);
  local = std::make_unique<engine::LocalCaller>(*engine_loop, *media, *local_pool, *saver, config.media_path());
  callers = std::make_unique<engine::Callers>(*vendors, *local);
  const engine::ReferenceFetcher::Probers probers{*prober, *film_prober};
  references = std::make_unique<engine::ReferenceFetcher>(*engine_loop, *fetcher, *media, probers, *pool,
                                                          make_reference_limits(config));
  engine::EngineParts parts{.loop = *engine_loop,
                            .clock = clock,
                            .random = random,
                            .store = *store,
                            .caller = *callers,
                            .references = *references,
                            .on_committed =
                                [this](const task::Task& task) {
                                  tasks->task_committed(task);
                                  if (task::is_ended(task.state)) notifier->wake();
                                },
                            .make_message = [this](const task::Task& task) { return tasks->make_message(task); },
                            .metrics = &metrics,
                            .concurrent_tasks_of = [this](KeyId key) { return keys->concurrent_tasks_of(key); }};
  give_media(parts, *media, *pool);
  webhook_sender = std::make_unique<engine::HttpWebhookSender>(*engine_loop, *client, *guard, *pool);
  notifier = std::make_unique<engine::Notifier>(
      engine::NotifierParts{*engine_loop, clock, random, *store, *webhook_sender, &metrics});
  engine = std::make_unique<engine::Engine>(std::move(parts), make_engine_options(config, *sandbox, upstream_settings));
  std::promise<Status> ready;
  engine->start([&ready](Status status) { ready.set_value(std::move(status)); });
  notifier->start();
  return ready.get_future().get();
}

void Gateway::Parts::flush_key_uses_regularly() {
  first_loop().call_at(first_loop().now() + kKeyUseFlush, [this] {
    upkeep.spawn(flush_key_uses());
    flush_key_uses_regularly();
  });
}

Async<void> Gateway::Parts::flush_key_uses() {
  const Status flushed = co_await keys->flush_uses(first_loop());
  if (!flushed) log::warn("key_uses_not_written", {{"error", flushed.error().message}});
}

Gateway::Gateway(const Config& config) : parts_(std::make_unique<Parts>(config)) {}
Gateway::~Gateway() { stop(); }

Status Gateway::start() {
  Parts& p = *parts_;
  p.started = true;
  DR_TRY(p.open());
  auto steered = block_on<Result<UpstreamSettings>>(p.first_loop(),
                                                    [&] { return load_upstream_settings(p.first_loop(), *p.store); });
  if (!steered) return fail(std::move(steered.error()));
  p.upstream_settings = std::move(*steered);
  p.prices = std::make_unique<usecase::ManagePrices>(*p.store, p.catalog, p.clock);
  DR_TRY(block_on<Status>(p.first_loop(), [&] { return p.prices->load(p.first_loop()); }));
  DR_TRY(p.build_api());
  DR_TRY(block_on<Status>(p.first_loop(), [&] { return p.keys->load(p.first_loop()); }));
  DR_TRY(block_on<Status>(p.first_loop(), [&] { return count_unfinished(p.first_loop(), *p.store, p.accounts); }));
  DR_TRY(p.run_engine());
  if (p.console) DR_TRY(p.console->prepare(p.first_loop()));
  Result<std::vector<std::string>> kept = p.media->list("references");
  p.first_loop().post([&p, kept = kept ? std::move(*kept) : std::vector<std::string>()]() mutable {
    p.flush_key_uses_regularly();
    p.upkeep.spawn(forget_lost_references(p.first_loop(), *p.store, std::move(kept),
                                          [&p](TaskId task) { p.references->forget(task); }));
  });
  p.server->start();
  if (p.admin_server) p.admin_server->start();
  return {};
}

std::string Gateway::setup_link() const { return parts_->console ? parts_->console->setup_link() : std::string(); }

std::string Gateway::url() const { return "http://" + parts_->server->address(); }

void Gateway::start_draining(seconds until_stop) {
  Parts& p = *parts_;
  if (std::exchange(p.draining, true)) return;
  p.drain_deadline = p.clock.steady_now() + until_stop + seconds(p.config.server.drain_seconds);
  if (p.readiness) p.readiness->start_draining();
  if (p.engine) p.engine->stop(p.drain_deadline, [&p] { p.engine_stopped.set_value(); });
}

void Gateway::stop() {
  Parts& p = *parts_;
  if (!std::exchange(p.started, false)) return;
  start_draining(seconds(0));
  std::promise<void> drained;
  if (p.engine) p.server->drain(p.drain_deadline, [&drained] { drained.set_value(); });
  p.feed.close();  // who waits is answered with what is there now, and that its connection closes
  if (p.engine) {
    std::promise<void> notifier_stopped;
    p.fetcher->close();  // after the engine, which then keeps the tasks for the next start
    drained.get_future().wait();
    p.engine_stopped.get_future().wait();
    const SteadyTime cut = std::min<SteadyTime>(p.drain_deadline, p.clock.steady_now() + kWebhookDrain);
    p.notifier->stop(cut, [&notifier_stopped] { notifier_stopped.set_value(); });
    notifier_stopped.get_future().wait();
    (void)block_on<Status>(p.first_loop(), [&p] { return p.keys->flush_uses(p.first_loop()); });
  }
  if (p.server) p.server->stop();
  if (p.admin_server) p.admin_server->stop();
  if (p.client) p.client->stop();
  if (p.sandbox) p.sandbox->stop();
  if (p.local_pool) p.local_pool->stop();
  if (p.screens) p.screens->stop();
  if (p.pool) p.pool->stop();
  if (p.console) p.console->stop();
  if (p.store) p.store->close();
  if (p.engine_loop) p.engine_loop->stop();
  for (const auto& loop : p.loops) loop->stop();
  p.upkeep.abandon();
  p.server.reset();
  p.admin_server.reset();
}

}  // namespace darkroom::app
