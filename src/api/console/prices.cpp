#include "api/console/prices.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/members.h"
#include "catalog/params.h"
#include "catalog/place.h"
#include "catalog/quote.h"

namespace darkroom::api::console {
namespace {

using catalog::ModelSpec;
using catalog::PlacePrice;

struct Wish {
  std::vector<PlacePrice> prices;
  std::optional<std::int64_t> revision;
};

std::unexpected<Error> refuse(std::size_t index, std::string_view member, std::string_view expected) {
  const std::string field = fmt::format("tiers[{}]{}", index, member);
  return fail(Code::invalid_parameter, fmt::format("{} must be {}", field, expected), field);
}

Result<PlacePrice> read_tier(const ModelSpec& model, const json::value& tree, std::size_t index) {
  if (!tree.is_object()) return refuse(index, "", "an object with when and credits");
  const json::object& tier = tree.get_object();
  for (const auto& member : tier) {
    if (member.key() != "when" && member.key() != "credits")
      return refuse(index, "", "an object with when and credits");
  }
  const json::value* when = json::find(tier, "when");
  const auto place =
      when != nullptr && when->is_object() ? catalog::find_place(model.price, when->get_object()) : std::nullopt;
  if (!place) return refuse(index, ".when", fmt::format("that of a tier which {} has", model.id));
  const json::value* text = json::find(tier, "credits");
  const auto credits = text != nullptr && text->is_string() ? MicroCredits::parse_credits(text->get_string())
                                                            : fail(Code::invalid_parameter);
  if (!credits || *credits > model.price.ceiling()) {
    return refuse(index, ".credits",
                  fmt::format("credits from 0 to {}, a decimal string with at most six decimals such as \"14.375\"",
                              model.price.ceiling().text()));
  }
  return PlacePrice{*place, *credits};
}

// {"tiers": [{"when": {…}, "credits": "12.5"}], "revision": 3}
Result<Wish> read_wish(const Visit& visit, const ModelSpec& model) {
  Result<json::object> body = json::parse_object(visit.request.body);
  if (!body) return fail(std::move(body.error()));
  Members members(*body);
  Wish wish;
  wish.revision = members.integer("revision");
  const bool is_there = members.has("tiers");
  DR_TRY(members.status());
  if (!is_there) return fail(Code::missing_parameter, "Missing required parameter: tiers", "tiers");
  const json::value& tiers = body->at("tiers");
  const std::size_t most = model.price.table.size();
  if (!tiers.is_array() || tiers.get_array().empty() || tiers.get_array().size() > most) {
    return fail(Code::invalid_parameter, fmt::format("tiers must be a list of 1 to {}", most), "tiers");
  }
  for (const json::value& tier : tiers.get_array()) {
    const std::size_t index = wish.prices.size();
    const Result<PlacePrice> price = read_tier(model, tier, index);
    if (!price) return fail(price.error());
    if (std::ranges::find(wish.prices, price->place, &PlacePrice::place) != wish.prices.end()) {
      return refuse(index, ".when", "another tier's than those before it");
    }
    wish.prices.push_back(*price);
  }
  return wish;
}

// A model that cannot be found is no object of the console.
Result<const ModelSpec*> find_model(const Visit& visit) {
  const ModelSpec* model = visit.services.api.catalog.find(visit.params.get("id"));
  if (model == nullptr) return fail(Code::object_not_found);
  if (visit.services.api.prices == nullptr) return fail(Code::unavailable);
  return model;
}

// Of the upstreams that may have the work, the dearest.
std::optional<MicroCredits> find_dearest(const json::array& upstreams, const ModelSpec& model) {
  std::optional<MicroCredits> dearest;
  for (const json::value& one : upstreams) {
    if (offers(one.get_object(), model.id)) dearest = std::max(dearest, find_cost(one.get_object(), model));
  }
  return dearest;
}

json::array compare_tiers(const ModelSpec& before, const ModelSpec& after, std::optional<MicroCredits> cost) {
  const auto margin = [&](MicroCredits price) {
    return cost ? json::value(price.count() - cost->count()) : json::value(nullptr);
  };
  json::array tiers;
  for (std::size_t place = 0; place < before.price.table.size(); ++place) {
    if (!before.price.table[place]) continue;
    json::object tier = {{"when", catalog::describe_place(before.price, place)}};
    tier["before_microcredits"] = before.price.at(place).count();
    tier["after_microcredits"] = after.price.at(place).count();
    tier["before_margin_microcredits"] = margin(before.price.at(place));
    tier["after_margin_microcredits"] = margin(after.price.at(place));
    tiers.push_back(std::move(tier));
  }
  return tiers;
}

// The catalogue's examples, but those whose price goes by a film that nobody has.
json::array compare_examples(const ModelSpec& before, const ModelSpec& after) {
  json::array examples;
  for (const catalog::Example& example : before.examples) {
    const auto request = catalog::validate(before, example.body);
    if (!request || catalog::find_source(before, *request) != nullptr) continue;
    const auto was = catalog::quote(before, *request);
    const auto is = catalog::quote(after, *request);
    if (!was || !is) continue;
    examples.push_back(json::object{{"title", example.title},
                                    {"before_microcredits", was->total.count()},
                                    {"after_microcredits", is->total.count()}});
  }
  return examples;
}

}  // namespace

Async<Result<json::array>> read_routes(Visit& visit) {
  const Screens& screens = visit.services.screens;
  if (!visit.is_operator() || !screens.list_upstreams) co_return json::array();
  co_return co_await await_on<json::array>(visit.loop,
                                           [&](Done<json::array> done) { screens.list_upstreams(std::move(done)); });
}

bool offers(const json::object& upstream, std::string_view model) {
  const json::value* routes = json::find(upstream, "routes");
  if (routes == nullptr || !routes->is_array()) return false;
  return std::ranges::any_of(
      routes->get_array(), [&](const json::value& route) { return route.is_string() && route.get_string() == model; });
}

std::optional<MicroCredits> find_cost(const json::object& upstream, const ModelSpec& model) {
  std::optional<MicroCredits> cost;
  if (json::get_bool(upstream, "is_sandbox")) return cost;
  for (const catalog::RouteSpec& route : model.routes) {
    if (route.provider == json::get_string(upstream, "kind")) cost = std::max(cost, std::optional(route.call_cost));
  }
  return cost;
}

json::value print_pricing(const Visit& visit, const ModelSpec& model) {
  if (visit.services.api.prices == nullptr) return nullptr;
  usecase::PriceHistory history = visit.services.api.prices->history(model.id);
  json::object pricing = {{"revision", history.revision}, {"most_credits", model.price.ceiling().text()}};
  json::array& tiers = pricing["tiers"].emplace_array();
  for (std::size_t place = 0; place < model.price.table.size(); ++place) {
    if (!model.price.table[place]) continue;
    json::object tier = {{"when", catalog::describe_place(model.price, place)}};
    tier["credits"] = model.price.at(place).text();
    tier["catalogue_credits"] = model.price.table[place]->text();
    tiers.push_back(std::move(tier));
  }
  pricing["history"] = std::move(history.changes);
  return pricing;
}

Answer preview_price(Visit& visit) {
  const Result<const ModelSpec*> model = find_model(visit);
  if (!model) co_return fail(model.error());
  const Result<Wish> wish = read_wish(visit, **model);
  if (!wish) co_return fail(wish.error());
  const Result<json::array> upstreams = co_await read_routes(visit);
  if (!upstreams) co_return fail(upstreams.error());
  const std::int64_t revision = visit.services.api.prices->history((*model)->id).revision;
  const ModelSpec before = **model;
  ModelSpec after = before;
  after.price.set(wish->prices);
  const std::optional<MicroCredits> cost = find_dearest(*upstreams, before);
  json::object preview = {{"revision", revision}, {"unit", before.price.unit}};
  preview["cost_microcredits"] = cost ? json::value(cost->count()) : json::value(nullptr);
  preview["tiers"] = compare_tiers(before, after, cost);
  preview["examples"] = compare_examples(before, after);
  co_return answer_with(preview);
}

Answer change_price(Visit& visit) {
  const Result<const ModelSpec*> model = find_model(visit);
  if (!model) co_return fail(model.error());
  const Result<Wish> wish = read_wish(visit, **model);
  if (!wish) co_return fail(wish.error());
  if (!wish->revision) {
    co_return fail(Code::missing_parameter, "Missing required parameter: revision", "revision");
  }
  const usecase::PriceEdit edit{(*model)->id, wish->prices, *wish->revision, visit.person.user.email};
  using Changed = Result<usecase::PriceChange>;
  const Changed changed = co_await await_on<Changed>(
      visit.loop, [&](Done<Changed> done) { visit.services.api.prices->change(edit, std::move(done)); });
  if (!changed) co_return fail(changed.error());
  if (!changed->after.empty()) {
    Status noted = co_await note(visit, visit.deed("price.change", (*model)->id, changed->before, changed->after));
    if (!noted) co_return fail(std::move(noted.error()));
  }
  co_return answer_with(print_pricing(visit, **model).get_object());
}

}  // namespace darkroom::api::console
