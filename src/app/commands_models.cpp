#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/commands.h"
#include "app/route_check.h"
#include "catalog/catalog.h"
#include "catalog/describe.h"

namespace darkroom::app {
namespace {

std::string price_of(const catalog::ModelSpec& model) {
  return fmt::format("{} / {}", model.unit_price.text(), model.price_unit);
}

std::string routes_of(const catalog::ModelSpec& model) {
  std::vector<std::string> routes;
  for (const catalog::RouteSpec& route : model.routes) routes.push_back(route.provider + ":" + route.wire_model);
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
    rows.push_back({model.id, model.kind, price_of(model), fmt::format("{}", fmt::join(model.modes, ","))});
  }
  terminal.out << print_table({"MODEL", "KIND", "CREDITS", "MODES"}, rows);
  return kDone;
}

int run_models_check(const Config& config, Terminal& terminal) {
  const auto catalog = load(config, terminal);
  if (!catalog) return kFailed;
  std::vector<std::vector<std::string>> rows;
  for (const catalog::ModelSpec& model : catalog->models()) {
    rows.push_back({model.id, model.kind, price_of(model), fmt::format("{}", model.params.size()), routes_of(model)});
  }
  terminal.out << print_table({"MODEL", "KIND", "CREDITS", "PARAMETERS", "ROUTES"}, rows);
  const auto mistakes = check_routes(config, *catalog);
  for (const std::string& mistake : mistakes) terminal.err << mistake << '\n';
  return mistakes.empty() ? kDone : kFailed;
}

}  // namespace darkroom::app
