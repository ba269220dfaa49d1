#include "usecase/route_planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace darkroom::usecase {
namespace {

task::Route make_route(const RoutePlanner::Upstream& upstream, const catalog::RouteSpec& spec, std::size_t mode) {
  task::Route route;
  route.upstream = upstream.name;
  route.wire_model = spec.wire_model_of(mode);
  route.repeat_unknown = spec.repeat_unknown;
  route.call_cost = spec.call_cost;
  return route;
}

}  // namespace

RoutePlanner::RoutePlanner(std::vector<Upstream> upstreams,
                           std::map<std::string, std::vector<std::string>, std::less<>> preferred)
    : upstreams_(std::move(upstreams)),
      preferred_(std::move(preferred)),
      has_real_(std::ranges::any_of(upstreams_, [](const Upstream& upstream) { return !upstream.sandbox; })),
      has_weights_(std::ranges::any_of(upstreams_, [](const Upstream& upstream) { return upstream.weight > 0; })) {}

Result<std::vector<task::Route>> RoutePlanner::plan(const catalog::ModelSpec& model, std::size_t mode,
                                                    ledger::Book book, Random& random) const {
  const bool sandbox = book == ledger::Book::test || !has_real_;
  const auto preferred = preferred_.find(model.id);
  std::vector<task::Route> routes = !sandbox && preferred != preferred_.end()
                                        ? in_preferred_order(model, mode, preferred->second)
                                        : in_catalogue_order(model, mode, sandbox);
  if (routes.empty()) {
    return fail(Code::unknown_model, fmt::format("model {} is not available on this server", model.id), "model");
  }
  if (has_weights_) share_out(routes, random);
  return routes;
}

std::uint32_t RoutePlanner::weight_of(const task::Route& route) const {
  const auto found = std::ranges::find(upstreams_, route.upstream, &Upstream::name);
  return found == upstreams_.end() ? 0 : found->weight;
}

void RoutePlanner::share_out(std::vector<task::Route>& routes, Random& random) const {
  for (auto place = routes.begin(); place != routes.end(); ++place) {
    // Of those from here to the next without a weight, one comes here.
    std::uint64_t sum = 0;
    for (auto route = place; route != routes.end() && weight_of(*route) > 0; ++route) sum += weight_of(*route);
    if (sum == 0) continue;
    std::uint64_t draw = random.below(sum);
    auto chosen = place;
    for (; draw >= weight_of(*chosen); ++chosen) draw -= weight_of(*chosen);
    std::rotate(place, chosen, chosen + 1);
  }
}

std::vector<task::Route> RoutePlanner::in_catalogue_order(const catalog::ModelSpec& model, std::size_t mode,
                                                          bool sandbox) const {
  std::vector<task::Route> routes;
  for (const catalog::RouteSpec& spec : model.routes) {
    for (const Upstream& upstream : upstreams_) {
      if (upstream.sandbox == sandbox && upstream.kind == spec.provider)
        routes.push_back(make_route(upstream, spec, mode));
    }
  }
  return routes;
}

std::vector<task::Route> RoutePlanner::in_preferred_order(const catalog::ModelSpec& model, std::size_t mode,
                                                          const std::vector<std::string>& names) const {
  std::vector<task::Route> routes;
  for (const std::string& name : names) {
    for (const Upstream& upstream : upstreams_) {
      if (upstream.sandbox || upstream.name != name) continue;
      for (const catalog::RouteSpec& spec : model.routes) {
        if (spec.provider == upstream.kind) routes.push_back(make_route(upstream, spec, mode));
      }
    }
  }
  return routes;
}

}  // namespace darkroom::usecase
