#include "catalog/schema.h"

#include "base/check.h"
#include "catalog/value.h"

namespace darkroom::catalog {
namespace {

json::array make_array(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

void add_bound(json::object& schema, std::string_view name, const std::optional<std::int64_t>& bound) {
  if (bound) schema[name] = *bound;
}

json::object url_schema() {
  return {{"type", "string"}, {"format", "uri"}, {"maxLength", kMaxUrlBytes}, {"pattern", "^[hH][tT][tT][pP][sS]?://"}};
}

// Properties and what of them is required, of a body or of an object within.
void add_properties(json::object& schema, json::object properties, json::array required,
                    const std::vector<Param>& params);

json::object object_schema(const Param& param) {
  json::object schema = {{"type", "object"}};
  add_properties(schema, {}, {}, param.fields);
  return schema;
}

json::object entry_schema(const Param& param) {
  if (param.type == ParamType::url_list) return url_schema();
  if (param.type == ParamType::object_list) return object_schema(param);
  json::object schema = {{"type", "string"}};
  if (!param.values.empty()) schema["enum"] = make_array(param.values);
  return schema;
}

json::object list_schema(const Param& param) {
  json::object schema = {{"type", "array"}};
  schema["items"] = entry_schema(param);
  add_bound(schema, "minItems", param.min_length);
  add_bound(schema, "maxItems", param.max_length);
  return schema;
}

json::object string_schema(const Param& param) {
  json::object schema = {{"type", "string"}};
  if (param.pixels) {
    schema["anyOf"] =
        json::array{json::object{{"enum", make_array(param.values)}}, json::object{{"pattern", "^[0-9]+x[0-9]+$"}}};
  } else if (!param.values.empty()) {
    schema["enum"] = make_array(param.values);
  }
  add_bound(schema, "minLength", param.min_length);
  add_bound(schema, "maxLength", param.max_length);
  return schema;
}

json::object number_schema(const Param& param) {
  json::object schema = {{"type", param.type == ParamType::integer ? "integer" : "number"}};
  if (!param.integers.empty()) schema["enum"] = json::array(param.integers.begin(), param.integers.end());
  add_bound(schema, "minimum", param.minimum);
  add_bound(schema, "maximum", param.maximum);
  return schema;
}

json::object boolean_schema(const Param& param) {
  json::object schema = {{"type", "boolean"}};
  if (param.only) schema["const"] = *param.only;
  return schema;
}

json::object type_schema(const Param& param) {
  switch (param.type) {
    case ParamType::string: return string_schema(param);
    case ParamType::integer:
    case ParamType::number: return number_schema(param);
    case ParamType::boolean: return boolean_schema(param);
    case ParamType::url: return url_schema();
    case ParamType::object: return object_schema(param);
    case ParamType::task: return {{"type", "string"}, {"pattern", "^task_[0-9a-f]{32}$"}};
    case ParamType::string_list:
    case ParamType::url_list:
    case ParamType::object_list: return list_schema(param);
  }
  DR_CHECK(false);
}

void add_properties(json::object& schema, json::object properties, json::array required,
                    const std::vector<Param>& params) {
  for (const Param& param : params) {
    json::object property = type_schema(param);
    if (!param.default_value.is_null()) property["default"] = param.default_value;
    property["description"] = param.description;
    for (const std::string& alias : param.aliases) {
      json::object same = property;
      same["deprecated"] = true;
      same["description"] = "Another spelling of " + param.name + ".";
      properties[alias] = std::move(same);
    }
    properties[param.name] = std::move(property);
    if (param.required) required.push_back(json::value(param.name));
  }
  if (!required.empty()) schema["required"] = std::move(required);
  schema["properties"] = std::move(properties);
}

}  // namespace

json::object body_schema(const ModelSpec& model) {
  json::object properties;
  properties["model"] = json::object{{"type", "string"}, {"const", model.id}};
  properties["dry_run"] = json::object{
      {"type", "boolean"}, {"default", false}, {"description", "Answer with the price alone: no task, no charge."}};
  json::object schema;
  schema["title"] = model.title;
  schema["description"] = model.summary;
  schema["type"] = "object";
  add_properties(schema, std::move(properties), {"model"}, model.params);
  return schema;
}

}  // namespace darkroom::catalog
