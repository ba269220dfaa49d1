#include "app/route_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/nearest.h"

namespace darkroom::app {
namespace {

// "darkroom.toml:7:3" of "file darkroom.toml:7:3", as every other mistake begins.
std::string_view place_of(std::string_view origin) { return origin.substr(origin.find(' ') + 1); }

}  // namespace

std::vector<std::string> check_routes(const Config& config, const catalog::Catalog& catalog) {
  std::vector<std::string> ids, mistakes;
  for (const catalog::ModelSpec& model : catalog.models()) ids.push_back(model.id);
  for (const auto& [id, upstreams] : config.routes) {
    const std::string key = "routes." + id;
    const auto origin = config.origins.find(key);
    const std::string where =
        origin == config.origins.end() ? key : fmt::format("{}: {}", place_of(origin->second), key);
    const catalog::ModelSpec* model = catalog.find(id);
    if (model == nullptr) {
      const auto nearest = find_nearest(id, ids);
      mistakes.push_back(fmt::format("{}: the catalogue has no such model{}", where,
                                     nearest ? fmt::format("; did you mean \"{}\"?", *nearest) : ""));
      continue;
    }
    for (const std::string& name : upstreams) {
      const auto upstream = config.upstreams.find(name);
      if (upstream == config.upstreams.end() || upstream->second.kind.empty()) continue;  // a mistake of its own
      const std::string& kind = upstream->second.kind;
      if (std::ranges::find(model->routes, kind, &catalog::RouteSpec::provider) == model->routes.end()) {
        mistakes.push_back(
            fmt::format("{}: upstream \"{}\" is of kind \"{}\", which does not offer this model", where, name, kind));
      }
    }
  }
  return mistakes;
}

}  // namespace darkroom::app
