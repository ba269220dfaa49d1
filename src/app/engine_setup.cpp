#include "app/engine_setup.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "engine/local_caller.h"

namespace darkroom::app {
namespace {

constexpr std::uint32_t kSandboxConcurrency = 64;
constexpr std::uint64_t kRoomForAnOutput = 32 << 20;

// One for each vendor that the sandbox plays. No upstream of the configuration can have a '/' in its name.
std::string name_sandbox(std::string_view kind) { return fmt::format("{}/{}", kSandboxUpstream, kind); }

engine::Upstream make_sandbox_upstream(const sandbox::Sandbox& sandbox, const std::string& kind) {
  engine::Upstream upstream;
  upstream.name = name_sandbox(kind);
  upstream.kind = kind;
  upstream.base_url = sandbox.base_url(kind);
  upstream.api_keys = {Secret("sandbox")};
  upstream.concurrency = kSandboxConcurrency;
  upstream.polls_per_second = 0;
  upstream.is_sandbox = true;
  return upstream;
}

std::vector<engine::Upstream> make_upstreams(const Config& config, const sandbox::Sandbox& sandbox) {
  std::vector<engine::Upstream> upstreams;
  for (const auto& [name, from] : config.upstreams) {
    engine::Upstream upstream;
    upstream.name = name;
    upstream.kind = from.kind;
    upstream.base_url = from.base_url;
    upstream.api_keys = from.api_keys;
    if (from.kind == engine::kLocalKind) upstream.api_keys = {Secret("local")};  // a place in the limiter, never sent
    upstream.concurrency = from.concurrency;
    upstream.key_concurrency = from.key_concurrency;
    upstream.requests_per_minute = from.requests_per_minute;
    upstream.polls_per_second = from.polls_per_second;
    upstream.timeout = seconds(from.timeout_seconds);
    upstream.breaker_failures = from.breaker_failures;
    upstream.probe = {from.probe, from.balance};
    upstreams.push_back(std::move(upstream));
  }
  for (const std::string& kind : sandbox.kinds()) upstreams.push_back(make_sandbox_upstream(sandbox, kind));
  return upstreams;
}

task::CancelRule make_cancel_rule(CancelRunning rule) {
  switch (rule) {
    case CancelRunning::free: return task::CancelRule::free;
    case CancelRunning::charge: return task::CancelRule::charge;
    case CancelRunning::refuse: return task::CancelRule::refuse;
  }
  DR_CHECK(false);
}

}  // namespace

usecase::RoutePlanner make_planner(const Config& config, const sandbox::Sandbox& sandbox,
                                   const UpstreamSettings& settings) {
  std::vector<usecase::RoutePlanner::Upstream> upstreams;
  for (const auto& [name, upstream] : config.upstreams)
    upstreams.push_back({name, upstream.kind, false, upstream.weight});
  for (const std::string& kind : sandbox.kinds()) upstreams.push_back({name_sandbox(kind), kind, true});
  std::map<std::string, std::vector<std::string>, std::less<>> preferred(config.routes.begin(), config.routes.end());
  usecase::RoutePlanner planner(std::move(upstreams), std::move(preferred));
  for (const auto& [name, setting] : settings) planner.set_weight(name, setting.weight);
  return planner;
}

engine::EngineOptions make_engine_options(const Config& config, const sandbox::Sandbox& sandbox,
                                          const UpstreamSettings& settings) {
  engine::EngineOptions options;
  options.upstreams = make_upstreams(config, sandbox);
  for (engine::Upstream& upstream : options.upstreams) {
    const auto found = settings.find(upstream.name);
    if (found == settings.end()) continue;
    upstream.is_drained = found->second.is_drained;
    upstream.probe.policy = found->second.probe.value_or(upstream.probe.policy);
    if (upstream.is_drained) log::warn("upstream_is_drained", {{"upstream", upstream.name}});
  }
  options.retry.attempts = config.retry.attempts;
  options.retry.budget = seconds(config.retry.budget_seconds);
  options.concurrent_tasks = config.limits.concurrent_tasks;
  options.cancel_running = make_cancel_rule(config.tasks.cancel_running);
  options.media_retention = config.media.retention;
  return options;
}

std::size_t count_local_places(const Config& config) {
  std::size_t places = 0;
  for (const auto& [name, upstream] : config.upstreams) {
    if (upstream.kind == engine::kLocalKind) places += upstream.concurrency;
  }
  return std::max<std::size_t>(places, 1);
}

engine::ReferenceLimits make_reference_limits(const Config& config) {
  engine::ReferenceLimits limits;
  limits.fetch.body_bytes = config.fetch.image_bytes;
  limits.fetch.total = seconds(config.fetch.seconds);
  limits.fetch_film.body_bytes = config.fetch.video_bytes;
  limits.fetch_film.total = seconds(config.fetch.video_seconds);
  limits.picture.pixels = config.fetch.image_pixels;
  return limits;
}

void give_media(engine::EngineParts& parts, blob::Store& media, BlockingPool& pool) {
  parts.remove_media = [&media, &pool](std::vector<TaskId> ids, Callback done) {
    pool.submit([&media, ids = std::move(ids), done = std::move(done)]() mutable {
      for (const TaskId id : ids) {
        (void)media.remove_folder("tasks/" + id.hex());
        (void)media.remove_folder("references/" + id.hex());
      }
      done();
    });
  };
  parts.has_room = [&media, &pool](std::move_only_function<void(bool)> done) {
    pool.submit([&media, done = std::move(done)]() mutable { done(media.check_room(kRoomForAnOutput).has_value()); });
  };
}

}  // namespace darkroom::app
