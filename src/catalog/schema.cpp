#include "catalog/schema.h"

#include "base/check.h"
#include "catalog/params.h"

namespace darkroom::catalog {
namespace {

json::array make_array(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

void add_bound(json::object& schema, std::string_view name, const std::optional<std::int64_t>& bound) {
  if (bound) schema[name] = *bound;
}

json::object entry_schema(ParamType type) {
  json::object schema = {{"type", "string"}};
  if (type == ParamType::url_list) {
    schema["format"] = "uri";
    schema["maxLength"] = kMaxUrlBytes;
    schema["pattern"] = "^[hH][tT][tT][pP][sS]?://";
  }
  return schema;
}

json::object param_schema(const Param& param) {
  json::object schema;
  switch (param.type) {
    case ParamType::string:
      schema["type"] = "string";
      if (!param.values.empty()) schema["enum"] = make_array(param.values);
      add_bound(schema, "minLength", param.min_length);
      add_bound(schema, "maxLength", param.max_length);
      break;
    case ParamType::integer:
    case ParamType::number:
      schema["type"] = param.type == ParamType::integer ? "integer" : "number";
      add_bound(schema, "minimum", param.minimum);
      add_bound(schema, "maximum", param.maximum);
      break;
    case ParamType::boolean: schema["type"] = "boolean"; break;
    case ParamType::string_list:
    case ParamType::url_list:
      schema["type"] = "array";
      schema["items"] = entry_schema(param.type);
      add_bound(schema, "minItems", param.min_length);
      add_bound(schema, "maxItems", param.max_length);
      break;
  }
  if (!param.default_value.is_null()) schema["default"] = param.default_value;
  schema["description"] = param.description;
  return schema;
}

}  // namespace

json::object body_schema(const ModelSpec& model) {
  json::object properties;
  properties["model"] = json::object{{"type", "string"}, {"const", model.id}};
  json::array required = {"model"};
  for (const Param& param : model.params) {
    properties[param.name] = param_schema(param);
    if (param.required) required.push_back(json::value(param.name));
  }
  json::object schema;
  schema["title"] = model.title;
  schema["description"] = model.summary;
  schema["type"] = "object";
  schema["required"] = std::move(required);
  schema["properties"] = std::move(properties);
  return schema;
}

}  // namespace darkroom::catalog
