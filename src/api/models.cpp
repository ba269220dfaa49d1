#include "api/models.h"

#include <cmath>
#include <string_view>
#include <utility>

#include "api/error_map.h"
#include "catalog/describe.h"

namespace darkroom::api {
namespace {

json::object describe(const catalog::ModelSpec& model, const Services& services) {
  std::optional<double> typical;
  if (services.typical_seconds) typical = services.typical_seconds(model.id);
  json::object shown = catalog::describe(model);
  if (typical) shown["typical_seconds"] = std::round(*typical * 10) / 10;
  return shown;
}

}  // namespace

Answer list_models(Exchange& exchange) {
  json::array data;
  for (const catalog::ModelSpec& model : exchange.services.catalog.models()) {
    data.push_back(describe(model, exchange.services));
  }
  http::Response response;
  response.body = json::print(json::object{{"data", std::move(data)}});
  co_return response;
}

Answer show_model(Exchange& exchange) {
  const catalog::ModelSpec* model = exchange.services.catalog.find(exchange.params.get("id"));
  // Here the model is the resource and not a parameter, hence 404.
  if (model == nullptr) co_return error_response(make_error(Code::unknown_model), exchange.request.request_id, 404);
  http::Response response;
  response.body = json::print(describe(*model, exchange.services));
  co_return response;
}

}  // namespace darkroom::api
