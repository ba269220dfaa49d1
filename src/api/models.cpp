#include "api/models.h"

#include <cmath>
#include <string_view>
#include <utility>

#include "api/error_map.h"

namespace darkroom::api {
namespace {

std::string_view print_type(catalog::ParamType type) {
  switch (type) {
    case catalog::ParamType::string: return "string";
    case catalog::ParamType::integer: return "integer";
    case catalog::ParamType::number: return "number";
    case catalog::ParamType::boolean: return "boolean";
    case catalog::ParamType::string_list: return "string[]";
    case catalog::ParamType::url_list: return "url[]";
  }
  return "string";
}

json::array strings(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

json::object public_param(const catalog::Param& param) {
  json::object shown = {{"name", param.name}, {"type", print_type(param.type)}, {"required", param.required}};
  if (!param.values.empty()) shown["values"] = strings(param.values);
  if (param.minimum) shown["minimum"] = *param.minimum;
  if (param.maximum) shown["maximum"] = *param.maximum;
  if (param.min_length) shown["min_length"] = *param.min_length;
  if (param.max_length) shown["max_length"] = *param.max_length;
  if (!param.default_value.is_null()) shown["default"] = param.default_value;
  if (!param.default_unless.empty()) shown["default_unless"] = param.default_unless;
  shown["description"] = param.description;
  return shown;
}

json::object describe(const catalog::ModelSpec& model, const Services& services) {
  std::optional<double> typical;
  if (services.typical_seconds) typical = services.typical_seconds(model.id);
  return public_model(model, typical);
}

}  // namespace

json::object public_model(const catalog::ModelSpec& model, std::optional<double> typical_seconds) {
  json::array parameters;
  for (const catalog::Param& param : model.params) parameters.push_back(public_param(param));
  const json::object price = {
      {"credits", model.unit_price.text()}, {"microcredits", model.unit_price.count()}, {"unit", model.price_unit}};
  json::object shown = {{"id", model.id},
                        {"kind", model.kind},
                        {"endpoint", model.endpoint},
                        {"title", model.title},
                        {"summary", model.summary}};
  shown["modes"] = strings(model.modes);
  shown["price"] = price;
  if (typical_seconds) {
    shown["typical_seconds"] = std::round(*typical_seconds * 10) / 10;
  } else {
    shown["typical_seconds"] = model.typical_seconds;
  }
  shown["parameters"] = std::move(parameters);
  shown["example"] = model.example;
  shown["related"] = strings(model.related);
  return shown;
}

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
