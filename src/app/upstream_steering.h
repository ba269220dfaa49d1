// What an operator changes of upstreams while a server runs: drained or not, their weights, when they are probed. It
// lies in the store's settings, a row for each upstream and thing, so that two changes never undo each other, and
// outlives every restart. Threads: free functions; steer_upstream() from any.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/services.h"
#include "engine/engine.h"
#include "runtime/async.h"
#include "store/store.h"
#include "usecase/route_planner.h"

namespace darkroom::app {

struct UpstreamSetting {
  bool is_drained = false;
  std::optional<std::uint32_t> weight;       // nothing: as configured
  std::optional<engine::ProbePolicy> probe;  // the same
};
using UpstreamSettings = std::map<std::string, UpstreamSetting, std::less<>>;  // by upstream

// not_found if there is no such upstream, invalid_parameter for a probe that is none or that its vendor cannot have.
Status check_change(const usecase::RoutePlanner& planner, std::string_view upstream, const api::UpstreamChange& change);
std::vector<store::Setting> print_change(std::string_view upstream, const api::UpstreamChange& change);
// What print_change() has written; other settings are left out.
UpstreamSettings read_upstream_settings(const std::vector<store::Setting>& settings);
Async<Result<UpstreamSettings>> load_upstream_settings(Loop& loop, store::Store& store);

struct Steered {
  store::Store& store;
  usecase::RoutePlanner& planner;
  engine::Engine& engine;
};
// As print_upstreams() shows them.
void list_upstreams(const Steered& steered, Done<json::array> done);
// Checks the change, makes it durable, lets planner and engine know it, and gives the upstream as it is then.
void steer_upstream(const Steered& steered, std::string upstream, const api::UpstreamChange& change,
                    Done<Result<json::object>> done);
// api::Services::test_upstream.
void test_upstream(engine::Engine& engine, std::string upstream, Done<Result<json::object>> done);

}  // namespace darkroom::app
