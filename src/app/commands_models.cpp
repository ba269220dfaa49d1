#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "app/administration.h"
#include "app/commands.h"
#include "app/coverage.h"
#include "app/json_members.h"
#include "app/route_check.h"
#include "catalog/catalog.h"
#include "catalog/describe.h"
#include "engine/local_caller.h"
#include "provider/adapters/registry.h"

namespace darkroom::app {
namespace {

constexpr seconds kDeadline{10};
constexpr json::Limits kAnswerLimits{.depth = 64, .bytes = 64 << 20};

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

// The lowest tier and the highest.
std::string price_of(const json::object& price) {
  const json::object* highest = &price;
  for (const json::value& tier : array_of(price, "tiers")) {
    const json::object& one = tier.as_object();
    if (json::get_int(one, "microcredits") > json::get_int(*highest, "microcredits")) highest = &one;
  }
  const std::string from = text_of(price, "credits");
  const std::string to = text_of(*highest, "credits");
  return fmt::format("{} / {}", from == to ? from : fmt::format("{} to {}", from, to), text_of(price, "unit"));
}

std::string join(const json::array& texts) {
  std::vector<std::string> all;
  for (const json::value& text : texts) all.emplace_back(text.as_string());
  return fmt::format("{}", fmt::join(all, ","));
}

// As GET /api/v1/models has them: with the prices that operators have set, from the running server or its store. Where
// there is no store yet, the files are all there is.
Result<json::array> read_models(const Config& config, const catalog::Catalog& files) {
  json::array models;
  std::error_code problem;
  if (config.database_path().empty() || !std::filesystem::exists(config.database_path(), problem)) {
    for (const catalog::ModelSpec& model : files.models()) models.push_back(catalog::describe(model));
    return models;
  }
  const auto administration = open_administration(config, false);
  if (!administration) return fail(administration.error());
  const auto answer = (*administration)->call("GET", "/admin/models", "", kDeadline);
  if (!answer) return fail(answer.error());
  const auto tree = json::parse_object(answer->body, kAnswerLimits);
  if (answer->status != 200 || !tree) {
    return fail(Code::unavailable, fmt::format("the server answered {}", answer->status));
  }
  return array_of(*tree, "data");
}

}  // namespace

int run_models_list(const CommandLine& line, const Config& config, Terminal& terminal) {
  const auto catalog = load(config, terminal);
  if (!catalog) return kFailed;
  const Result<json::array> models = read_models(config, *catalog);
  if (!models) {
    terminal.err << fmt::format("darkroom models list: {}\n", models.error().message);
    return kUnreachable;
  }
  if (line.json) {
    terminal.out << json::print(*models) << '\n';
    return kDone;
  }
  std::vector<std::vector<std::string>> rows;
  for (const json::value& entry : *models) {
    const json::object& model = entry.as_object();
    rows.push_back({text_of(model, "id"), text_of(model, "kind"), price_of(object_of(model, "price")),
                    join(array_of(model, "modes"))});
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
