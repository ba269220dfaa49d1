#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "app/commands.h"
#include "app/coverage.h"
#include "app/route_check.h"
#include "catalog/catalog.h"
#include "catalog/describe.h"
#include "engine/local_caller.h"
#include "provider/adapters/registry.h"

namespace darkroom::app {
namespace {

std::string price_of(const catalog::ModelSpec& model) {
  const MicroCredits lowest = model.price.lowest();
  const MicroCredits highest = model.price.highest();
  if (lowest == highest) return fmt::format("{} / {}", lowest.text(), model.price.unit);
  return fmt::format("{} to {} / {}", lowest.text(), highest.text(), model.price.unit);
}

std::string modes_of(const catalog::ModelSpec& model) {
  std::vector<std::string> modes;
  for (const catalog::Mode& mode : model.modes) modes.push_back(mode.name);
  return fmt::format("{}", fmt::join(modes, ","));
}

// The routes of a model; one whose vendor has no adapter in this program stands in brackets.
std::string routes_of(const catalog::ModelSpec& model, const provider::Registry& adapters) {
  std::vector<std::string> routes;
  for (const catalog::RouteSpec& route : model.routes) {
    std::string text = route.provider + ":" + route.wire_model;
    const auto modes = std::set<std::string>(route.wire_models.begin(), route.wire_models.end());
    if (modes.size() > 1) text = fmt::format("{}:{}", route.provider, fmt::join(modes, "|"));
    const bool is_there = adapters.find(route.provider) != nullptr || route.provider == engine::kLocalKind;
    routes.push_back(is_there ? text : fmt::format("({})", text));
  }
  return fmt::format("{}", fmt::join(routes, ","));
}

// The catalogue; without it, its mistakes are printed.
std::optional<catalog::Catalog> load(const Config& config, Terminal& terminal) {
  auto catalog = catalog::load_catalog(config.catalog.dir);
  if (catalog) return *std::move(catalog);
  for (const std::string& mistake : catalog.error()) terminal.err << mistake << '\n';
  return std::nullopt;
}

}  // namespace

int run_models_list(const CommandLine& line, const Config& config, Terminal& terminal) {
  const auto catalog = load(config, terminal);
  if (!catalog) return kFailed;
  if (line.json) {
    json::array models;
    for (const catalog::ModelSpec& model : catalog->models()) models.push_back(catalog::describe(model));
    terminal.out << json::print(models) << '\n';
    return kDone;
  }
  std::vector<std::vector<std::string>> rows;
  for (const catalog::ModelSpec& model : catalog->models()) {
    rows.push_back({model.id, model.kind, price_of(model), modes_of(model)});
  }
  terminal.out << print_table({"MODEL", "KIND", "CREDITS", "MODES"}, rows);
  return kDone;
}

int run_models_check(const Config& config, Terminal& terminal) {
  const auto catalog = load(config, terminal);
  if (!catalog) return kFailed;
  std::vector<std::vector<std::string>> rows;
  for (const catalog::ModelSpec& model : catalog->models()) {
    rows.push_back({model.id, model.kind, price_of(model), modes_of(model), fmt::format("{}", model.params.size()),
                    routes_of(model, provider::built_in_adapters())});
  }
  terminal.out << print_table({"MODEL", "KIND", "CREDITS", "MODES", "PARAMETERS", "ROUTES"}, rows);
  const auto mistakes = check_routes(config, *catalog);
  for (const std::string& mistake : mistakes) terminal.err << mistake << '\n';
  for (const std::string& gap : find_gaps(config, *catalog, provider::built_in_adapters())) {
    terminal.err << "warning: " << gap << '\n';
  }
  return mistakes.empty() ? kDone : kFailed;
}

}  // namespace darkroom::app
