#include "api/console/operations.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "api/console/prices.h"
#include "api/members.h"
#include "catalog/describe.h"
#include "catalog/schema.h"

namespace darkroom::api::console {
namespace {

Async<Result<json::array>> read_upstreams(Visit& visit) {
  const Screens& screens = visit.services.screens;
  if (!screens.list_upstreams) co_return fail(Code::unavailable);
  co_return co_await await_on<json::array>(visit.loop,
                                           [&](Done<json::array> done) { screens.list_upstreams(std::move(done)); });
}

// `upstreams` of the page before: where the model's work may go, for operators.
json::object print_model(const Visit& visit, const catalog::ModelSpec& model, const json::array& upstreams) {
  json::object all = catalog::describe(model);
  json::object card = {{"id", model.id},
                       {"kind", all["kind"]},
                       {"name", all["title"]},
                       {"description", all["summary"]},
                       {"modes", all["modes"]},
                       {"price", all["price"]},
                       {"example", all["example"]},
                       {"parameters", all["parameters"]},
                       {"endpoint", model.endpoint},
                       {"schema", catalog::body_schema(model)},
                       {"docs_url", fmt::format("{}/docs/models/{}", visit.services.public_url, model.id)}};
  std::optional<double> typical;
  if (visit.services.api.typical_seconds) typical = visit.services.api.typical_seconds(model.id);
  card["typical_seconds"] = typical ? json::value(std::round(*typical * 10) / 10) : all["typical_seconds"];
  json::array& routes = card["routes"].emplace_array();
  for (const json::value& upstream : upstreams) {
    const json::object& one = upstream.get_object();
    if (!offers(one, model.id)) continue;
    const bool is_ready = json::get_string(one, "breaker") == "closed" && !json::get_bool(one, "drained") &&
                          json::get_int(one, "keys_resting") < json::get_int(one, "keys");
    const std::optional<MicroCredits> cost = find_cost(one, model);
    routes.push_back(json::object{{"upstream", json::get_string(one, "name")},
                                  {"ready", is_ready},
                                  {"cost_microcredits", cost ? json::value(cost->count()) : json::value(nullptr)}});
  }
  card["pricing"] = nullptr;
  return card;
}

const json::object* find_upstream(const json::array& upstreams, std::string_view name) {
  for (const json::value& one : upstreams) {
    if (json::get_string(one.get_object(), "name") == name) return &one.get_object();
  }
  return nullptr;
}

json::object print_settings(const json::object& upstream) {
  json::object settings = {{"drained", json::get_bool(upstream, "drained")},
                           {"weight", json::get_int(upstream, "weight")}};
  if (const json::value* probe = json::find(upstream, "probe")) settings["probe"] = probe->at("policy");
  return settings;
}

// As it is now; object_not_found.
Async<Result<json::object>> read_upstream(Visit& visit, std::string name) {
  const Result<json::array> upstreams = co_await read_upstreams(visit);
  if (!upstreams) co_return fail(upstreams.error());
  const json::object* found = find_upstream(*upstreams, name);
  if (found == nullptr) co_return fail(Code::object_not_found);
  co_return *found;
}

}  // namespace

Async<Result<json::array>> print_models(Visit& visit) {
  const Result<json::array> upstreams = co_await read_routes(visit);
  if (!upstreams) co_return fail(upstreams.error());
  json::array cards;
  for (const catalog::ModelSpec& model : visit.services.api.catalog.models()) {
    cards.push_back(print_model(visit, model, *upstreams));
  }
  co_return cards;
}

Answer list_models(Visit& visit) {
  Result<json::array> cards = co_await print_models(visit);
  if (!cards) co_return fail(std::move(cards.error()));
  co_return answer_page(std::move(*cards));
}

Answer show_model(Visit& visit) {
  const catalog::ModelSpec* model = visit.services.api.catalog.find(visit.params.get("id"));
  if (model == nullptr) co_return fail(Code::object_not_found);
  const Result<json::array> upstreams = co_await read_routes(visit);
  if (!upstreams) co_return fail(upstreams.error());
  json::object card = print_model(visit, *model, *upstreams);
  if (visit.is_operator()) card["pricing"] = print_pricing(visit, *model);
  co_return answer_with(card);
}

Answer list_upstreams(Visit& visit) {
  Result<json::array> upstreams = co_await read_upstreams(visit);
  if (!upstreams) co_return fail(std::move(upstreams.error()));
  co_return answer_page(std::move(*upstreams));
}

Answer change_upstream(Visit& visit) {
  Members members(visit.request.body);
  UpstreamChange change;
  if (members.has("drained")) change.is_drained = members.flag("drained");
  if (const auto number = members.integer("weight")) {
    if (*number < 0 || *number > kMostWeight) {
      co_return fail(Code::invalid_parameter, fmt::format("weight must be a whole number from 0 to {}", kMostWeight),
                     "weight");
    }
    change.weight = static_cast<std::uint32_t>(*number);
  }
  if (members.has("probe")) change.probe = members.string("probe");
  DR_CO_TRY(members.status());
  const std::string name(visit.params.get("name"));
  const Result<json::object> former = co_await read_upstream(visit, name);
  if (!former) co_return fail(former.error());
  if (!visit.services.api.steer_upstream) co_return fail(Code::unavailable);
  using Steered = Result<json::object>;
  const Steered steered = co_await await_on<Steered>(
      visit.loop, [&](Done<Steered> done) { visit.services.api.steer_upstream(name, change, std::move(done)); });
  if (!steered) co_return fail(steered.error());
  const Result<json::object> changed = co_await read_upstream(visit, name);
  if (!changed) co_return fail(changed.error());
  Status noted =
      co_await note(visit, visit.deed("upstream.change", name, print_settings(*former), print_settings(*changed)));
  if (!noted) co_return fail(std::move(noted.error()));
  co_return answer_with(*changed);
}

// A free call, made now. Nothing of the upstream is changed, yet who asked stands in the log: the vendor sees it.
Answer test_upstream(Visit& visit) {
  const std::string name(visit.params.get("name"));
  const Result<json::object> before = co_await read_upstream(visit, name);
  if (!before) co_return fail(before.error());
  if (!visit.services.api.test_upstream) co_return fail(Code::unavailable);
  using Tested = Result<json::object>;
  Tested tested = co_await await_on<Tested>(
      visit.loop, [&](Done<Tested> done) { visit.services.api.test_upstream(name, std::move(done)); });
  if (!tested) co_return fail(std::move(tested.error()));
  Status noted = co_await note(visit, visit.deed("upstream.test", name, nullptr, *tested));
  if (!noted) co_return fail(std::move(noted.error()));
  Result<json::object> after = co_await read_upstream(visit, name);
  if (!after) co_return fail(std::move(after.error()));
  (*tested)["upstream"] = std::move(*after);
  co_return answer_with(*tested);
}

Answer show_queue(Visit& visit) {
  const Screens& screens = visit.services.screens;
  if (!screens.report_queue) co_return fail(Code::unavailable);
  const json::object report = co_await await_on<json::object>(
      visit.loop, [&](Done<json::object> done) { screens.report_queue(std::move(done)); });
  co_return answer_with(report);
}

}  // namespace darkroom::api::console
