#include "catalog/describe.h"

#include "base/check.h"

namespace darkroom::catalog {
namespace {

std::string_view print_type(ParamType type) {
  switch (type) {
    case ParamType::string: return "string";
    case ParamType::integer: return "integer";
    case ParamType::number: return "number";
    case ParamType::boolean: return "boolean";
    case ParamType::string_list:
    case ParamType::url_list: return "string[]";
  }
  DR_CHECK(false);
}

json::array make_array(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

void add_bound(json::object& tree, std::string_view name, const std::optional<std::int64_t>& bound) {
  if (bound) tree[name] = *bound;
}

json::object describe_param(const Param& param) {
  json::object tree;
  tree["name"] = param.name;
  tree["type"] = print_type(param.type);
  if (param.type == ParamType::url_list) tree["format"] = "public http(s) URL";
  tree["required"] = param.required;
  tree["description"] = param.description;
  if (!param.values.empty()) tree["allowed"] = make_array(param.values);
  add_bound(tree, "minimum", param.minimum);
  add_bound(tree, "maximum", param.maximum);
  add_bound(tree, "min_length", param.min_length);
  add_bound(tree, "max_length", param.max_length);
  if (!param.default_value.is_null()) tree["default"] = param.default_value;
  if (!param.default_unless.empty()) tree["default_unless"] = param.default_unless;
  return tree;
}

}  // namespace

json::object describe(const ModelSpec& model) {
  json::array params;
  for (const Param& param : model.params) params.push_back(describe_param(param));
  json::object price;
  price["unit"] = model.price_unit;
  price["credits"] = model.unit_price.text();  // a string: readers of JSON numbers would round it
  price["microcredits"] = model.unit_price.count();
  json::object limits;
  limits["cap_seconds"] = model.cap_seconds;

  json::object tree;
  tree["id"] = model.id;
  tree["kind"] = model.kind;
  tree["endpoint"] = model.endpoint;
  tree["title"] = model.title;
  tree["summary"] = model.summary;
  tree["modes"] = make_array(model.modes);
  tree["parameters"] = std::move(params);
  tree["price"] = std::move(price);
  tree["limits"] = std::move(limits);
  tree["typical_seconds"] = model.typical_seconds;
  tree["example"] = model.example;
  tree["related"] = make_array(model.related);
  return tree;
}

}  // namespace darkroom::catalog
