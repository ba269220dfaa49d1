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
      weights_(std::make_unique<std::atomic<std::uint32_t>[]>(upstreams_.size())) {
  for (std::size_t i = 0; i < upstreams_.size(); ++i) weights_[i] = upstreams_[i].weight;
}

Result<std::vector<task::Route>> RoutePlanner::plan(const catalog::ModelSpec& model, std::size_t mode,
                                                    ledger::Book book, Random& random) const {
  const bool sandbox = book == ledger::Book::test || !has_real_;
  const auto preferred = preferred_.find(model.id);
  std::vector<Candidate> candidates = !sandbox && preferred != preferred_.end()
                                          ? in_preferred_order(model, preferred->second)
                                          : in_catalogue_order(model, sandbox);
  if (candidates.empty()) {
    return fail(Code::unknown_model, fmt::format("model {} is not available on this server", model.id), "model");
  }
  share_out(candidates, random);
  std::vector<task::Route> routes;
  routes.reserve(candidates.size());
  for (const Candidate& one : candidates) routes.push_back(make_route(*one.upstream, *one.spec, mode));
  return routes;
}

bool RoutePlanner::set_weight(std::string_view upstream, std::optional<std::uint32_t> weight) {
  const auto found = std::ranges::find(upstreams_, upstream, &Upstream::name);
  if (found == upstreams_.end()) return false;
  weights_[static_cast<std::size_t>(found - upstreams_.begin())] = weight.value_or(found->weight);
  return true;
}

std::optional<std::uint32_t> RoutePlanner::find_weight(std::string_view upstream) const {
  const auto found = std::ranges::find(upstreams_, upstream, &Upstream::name);
  if (found == upstreams_.end()) return std::nullopt;
  return weights_[static_cast<std::size_t>(found - upstreams_.begin())].load();
}

std::string_view RoutePlanner::find_kind(std::string_view upstream) const {
  const auto found = std::ranges::find(upstreams_, upstream, &Upstream::name);
  return found == upstreams_.end() ? std::string_view() : found->kind;
}

void RoutePlanner::share_out(std::vector<Candidate>& candidates, Random& random) {
  for (std::size_t place = 0; place + 1 < candidates.size(); ++place) {
    // Of those from here to the next without a weight, one comes here.
    std::uint64_t sum = 0;
    for (std::size_t i = place; i < candidates.size() && candidates[i].weight > 0; ++i) sum += candidates[i].weight;
    if (sum == 0) continue;
    std::uint64_t draw = random.below(sum);
    std::size_t chosen = place;
    for (; draw >= candidates[chosen].weight; ++chosen) draw -= candidates[chosen].weight;
    const auto at = [&](std::size_t i) { return candidates.begin() + static_cast<std::ptrdiff_t>(i); };
    std::rotate(at(place), at(chosen), at(chosen + 1));
  }
}

std::vector<RoutePlanner::Candidate> RoutePlanner::in_catalogue_order(const catalog::ModelSpec& model,
                                                                      bool sandbox) const {
  std::vector<Candidate> candidates;
  candidates.reserve(upstreams_.size());
  for (const catalog::RouteSpec& spec : model.routes) {
    for (std::size_t i = 0; i < upstreams_.size(); ++i) {
      const Upstream& upstream = upstreams_[i];
      if (upstream.sandbox == sandbox && upstream.kind == spec.provider)
        candidates.push_back({&upstream, &spec, weights_[i]});
    }
  }
  return candidates;
}

std::vector<RoutePlanner::Candidate> RoutePlanner::in_preferred_order(const catalog::ModelSpec& model,
                                                                      const std::vector<std::string>& names) const {
  std::vector<Candidate> candidates;
  candidates.reserve(upstreams_.size());
  for (const std::string& name : names) {
    for (std::size_t i = 0; i < upstreams_.size(); ++i) {
      const Upstream& upstream = upstreams_[i];
      if (upstream.sandbox || upstream.name != name) continue;
      for (const catalog::RouteSpec& spec : model.routes) {
        if (spec.provider == upstream.kind) candidates.push_back({&upstream, &spec, weights_[i]});
      }
    }
  }
  return candidates;
}

}  // namespace darkroom::usecase
