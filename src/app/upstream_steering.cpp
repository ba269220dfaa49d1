#include "app/upstream_steering.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "app/upstream_report.h"

namespace darkroom::app {
namespace {

constexpr std::string_view kPrefix = "upstreams/";
constexpr std::string_view kDrained = "drained";
constexpr std::string_view kWeight = "weight";
constexpr std::string_view kProbe = "probe";
constexpr std::string_view kTrue = "true";
constexpr std::string_view kNull = "null";

std::optional<std::uint32_t> read_weight(std::string_view text) {
  std::uint32_t weight = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), weight);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return weight;
}

}  // namespace

Status check_change(const usecase::RoutePlanner& planner, std::string_view upstream,
                    const api::UpstreamChange& change) {
  const std::string_view kind = planner.find_kind(upstream);
  if (kind.empty()) return fail(Code::not_found, fmt::format("No upstream {}", upstream.substr(0, 64)));
  if (!change.probe) return {};
  const auto policy = engine::parse_probe_policy(*change.probe);
  if (!policy) return fail(Code::invalid_parameter, "probe must be off, recovery or always", std::string(kProbe));
  if (*policy == engine::ProbePolicy::off || has_free_call(kind)) return {};
  return fail(Code::invalid_parameter, fmt::format("probe must be off: upstreams of kind {} have no free call", kind),
              std::string(kProbe));
}

std::vector<store::Setting> print_change(std::string_view upstream, const api::UpstreamChange& change) {
  std::vector<store::Setting> settings;
  const auto add = [&](std::string_view what, std::string value) {
    settings.push_back({fmt::format("{}{}/{}", kPrefix, upstream, what), std::move(value)});
  };
  if (change.is_drained) add(kDrained, *change.is_drained ? std::string(kTrue) : "false");
  if (change.weight) add(kWeight, *change.weight ? std::to_string(**change.weight) : std::string(kNull));
  if (change.probe) add(kProbe, *change.probe);
  return settings;
}

UpstreamSettings read_upstream_settings(const std::vector<store::Setting>& settings) {
  UpstreamSettings found;
  for (const store::Setting& setting : settings) {
    const std::string_view name = setting.name;
    const std::size_t slash = name.rfind('/');  // a name of the sandbox has one of its own
    if (!name.starts_with(kPrefix) || slash < kPrefix.size()) continue;
    const std::string upstream(name.substr(kPrefix.size(), slash - kPrefix.size()));
    const std::string_view what = name.substr(slash + 1);
    if (what == kDrained) found[upstream].is_drained = setting.value == kTrue;
    if (what == kWeight) found[upstream].weight = read_weight(setting.value);
    if (what == kProbe) found[upstream].probe = engine::parse_probe_policy(setting.value);
  }
  return found;
}

Async<Result<UpstreamSettings>> load_upstream_settings(Loop& loop, store::Store& store) {
  using Settings = Result<std::vector<store::Setting>>;
  Settings settings = co_await await_on<Settings>(loop, [&](auto done) { store.list_settings(std::move(done)); });
  if (!settings) co_return fail(std::move(settings.error()));
  co_return read_upstream_settings(*settings);
}

void list_upstreams(const Steered& steered, Done<json::array> done) {
  steered.engine.list_upstreams(
      [&planner = steered.planner, done = std::move(done)](const std::vector<engine::UpstreamStatus>& all) mutable {
        done(print_upstreams(all, planner));
      });
}

void steer_upstream(const Steered& steered, std::string upstream, const api::UpstreamChange& change,
                    Done<Result<json::object>> done) {
  if (Status checked = check_change(steered.planner, upstream, change); !checked) {
    return done(fail(std::move(checked.error())));
  }
  std::vector<store::Setting> settings = print_change(upstream, change);
  steered.store.put_settings(std::move(settings), [steered, upstream = std::move(upstream), change,
                                                   done = std::move(done)](Result<void> put) mutable {
    if (!put) return done(fail(std::move(put.error())));
    if (change.weight) steered.planner.set_weight(upstream, *change.weight);
    if (change.is_drained) steered.engine.set_drained(upstream, *change.is_drained);
    if (change.probe) steered.engine.set_probe(upstream, *engine::parse_probe_policy(*change.probe));
    list_upstreams(steered, [upstream = std::move(upstream), done = std::move(done)](const json::array& all) mutable {
      for (const json::value& shown : all) {
        if (json::get_string(shown.get_object(), "name") == upstream) return done(shown.get_object());
      }
      done(fail(Code::not_found, fmt::format("No upstream {}", upstream)));
    });
  });
}

void test_upstream(engine::Engine& engine, std::string upstream, Done<Result<json::object>> done) {
  engine.test_upstream(std::move(upstream), [done = std::move(done)](Result<engine::ProbeFinding> found) mutable {
    if (!found) return done(fail(std::move(found.error())));
    done(print_finding(*found));
  });
}

}  // namespace darkroom::app
