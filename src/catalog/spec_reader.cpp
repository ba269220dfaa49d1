#include "catalog/spec_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "catalog/field_reader.h"
#include "catalog/params.h"

namespace darkroom::catalog {
namespace {

using Errors = std::vector<std::string>;

constexpr std::int64_t kMaxCount = 100;
constexpr std::array<std::string_view, 3> kKinds{"image", "video", "tool"};
// In the order of ParamType.
constexpr std::array<std::string_view, 6> kTypes{"string", "integer", "number", "boolean", "string_list", "url_list"};

// Parameters that the engine itself understands, so their type is not the file's to choose.
struct Reserved {
  std::string_view name;
  ParamType type;
};
constexpr std::array<Reserved, 3> kReserved{
    {{"prompt", ParamType::string}, {"n", ParamType::integer}, {"image_urls", ParamType::url_list}}};

ParamType read_type(FieldReader& reader) {
  const std::string name = reader.read_choice("type", kTypes);
  const auto found = std::ranges::find(kTypes, name);
  return found == kTypes.end() ? ParamType::string : static_cast<ParamType>(found - kTypes.begin());
}

bool is_numeric(ParamType type) { return type == ParamType::integer || type == ParamType::number; }

void check_fit(FieldReader& reader, const Param& param) {
  const bool measured = !is_numeric(param.type) && param.type != ParamType::boolean;
  if (!param.values.empty() && param.type != ParamType::string) reader.refuse("values", "is for type string only");
  if ((param.minimum || param.maximum) && !is_numeric(param.type)) {
    reader.refuse(param.minimum ? "minimum" : "maximum", "is for types integer and number only");
  }
  if ((param.min_length || param.max_length) && (!measured || !param.values.empty())) {
    reader.refuse(param.min_length ? "min_length" : "max_length", "is for free strings and lists only");
  }
  if (param.minimum && param.maximum && *param.minimum > *param.maximum) {
    reader.refuse("minimum", "must not be above maximum");
  }
  if (param.min_length && param.max_length && *param.min_length > *param.max_length) {
    reader.refuse("min_length", "must not be above max_length");
  }
  if ((param.ignore_case || !param.refusal.empty()) && param.values.empty()) {
    reader.refuse(param.ignore_case ? "ignore_case" : "refusal", "needs values");
  }
  if (!param.default_unless.empty() && param.default_value.is_null()) reader.refuse("default_unless", "needs default");
  if (param.required && !param.default_value.is_null()) reader.refuse("default", "is for optional parameters only");
}

void check_reserved(FieldReader& reader, const Param& param) {
  if (param.name == "model") reader.refuse("name", "must not be \"model\": that is the request's own field");
  const auto reserved = std::ranges::find(kReserved, param.name, &Reserved::name);
  if (reserved != kReserved.end() && reserved->type != param.type) {
    reader.refuse("type", fmt::format("must be {} for the parameter {}",
                                      kTypes[static_cast<std::size_t>(reserved->type)], param.name));
  }
  if (param.name == "n" && !(param.minimum.value_or(0) >= 1 && param.maximum.value_or(kMaxCount + 1) <= kMaxCount)) {
    reader.refuse("minimum", fmt::format("and maximum of the parameter n must be given, from 1 to {}", kMaxCount));
  }
}

Param read_param(std::string_view file, std::string path, const json::object& tree, Errors& errors) {
  FieldReader reader(file, std::move(path), tree, errors);
  Param param;
  param.name = reader.read_text("name");
  param.type = read_type(reader);
  param.required = reader.find_flag("required");
  param.values = reader.find_texts("values");
  param.ignore_case = reader.find_flag("ignore_case");
  param.minimum = reader.find_integer("minimum");
  param.maximum = reader.find_integer("maximum");
  param.min_length = reader.find_integer("min_length");
  param.max_length = reader.find_integer("max_length");
  param.default_value = reader.find_value("default");
  param.default_unless = reader.find_text("default_unless");
  param.refusal = reader.find_text("refusal");
  param.description = reader.read_text("description");
  check_fit(reader, param);
  check_reserved(reader, param);
  reader.finish();
  return param;
}

RouteSpec read_route(std::string_view file, std::string path, const json::object& tree, Errors& errors) {
  FieldReader reader(file, std::move(path), tree, errors);
  RouteSpec route;
  route.provider = reader.read_text("provider");
  route.wire_model = reader.read_text("wire_model");
  route.repeat_unknown = reader.find_flag("repeat_unknown");
  route.call_cost = reader.read_credits("call_cost");
  reader.finish();
  return route;
}

void read_price(FieldReader& model_reader, std::string_view file, ModelSpec& model, Errors& errors) {
  const json::object tree = model_reader.read_object("price");
  if (tree.empty()) return;
  FieldReader reader(file, model_reader.path_of("price"), tree, errors);
  model.price_unit = reader.read_text("unit");
  model.unit_price = reader.read_credits("credits");
  if (!model.unit_price.times(kMaxCount)) reader.refuse("credits", "is too high to be multiplied by a count");
  reader.finish();
}

// Rules between the parameters of one model.
void check_params(FieldReader& reader, const ModelSpec& model) {
  for (std::size_t i = 0; i < model.params.size(); ++i) {
    const Param& param = model.params[i];
    const std::string path = fmt::format("parameters[{}]", i);
    const auto first = std::ranges::find(model.params, param.name, &Param::name);
    if (&*first != &param) reader.refuse(path, fmt::format("the name {} appears twice", param.name));
    const bool knows_other = std::ranges::find(model.params, param.default_unless, &Param::name) != model.params.end();
    if (!param.default_unless.empty() && !knows_other) {
      reader.refuse(path + ".default_unless", "must name a parameter of this model");
    }
    if (param.default_value.is_null()) continue;
    const Result<json::value> value = normalise(model, param, param.default_value);
    if (!value) reader.refuse(path + ".default", value.error().message);
  }
}

// The parser speaks of a request's body; here the text is a file.
std::string print_parse_error(std::string_view file, std::string_view message) {
  constexpr std::string_view kBody = "Body ";
  return message.starts_with(kBody) ? fmt::format("{}: the file {}", file, message.substr(kBody.size()))
                                    : fmt::format("{}: {}", file, message);
}

}  // namespace

ModelSpec read_model(std::string_view file, std::string_view text, std::vector<std::string>& errors) {
  ModelSpec model;
  const Result<json::object> tree = json::parse_object(text);
  if (!tree) {
    errors.push_back(print_parse_error(file, tree.error().message));
    return model;
  }
  FieldReader reader(file, "", *tree, errors);
  model.id = reader.read_text("id");
  model.family = reader.read_text("family");
  model.kind = reader.read_choice("kind", kKinds);
  model.endpoint = reader.read_text("endpoint");
  if (!model.endpoint.empty() && !model.endpoint.starts_with("/api/v1/")) {
    reader.refuse("endpoint", "must start with /api/v1/");
  }
  model.title = reader.read_text("title");
  model.summary = reader.read_text("summary");
  model.modes = reader.find_texts("modes");
  const std::vector<json::object> params = reader.read_objects("parameters");
  for (std::size_t i = 0; i < params.size(); ++i) {
    model.params.push_back(read_param(file, fmt::format("parameters[{}]", i), params[i], errors));
  }
  check_params(reader, model);
  read_price(reader, file, model, errors);
  const std::vector<json::object> routes = reader.read_objects("routes");
  for (std::size_t i = 0; i < routes.size(); ++i) {
    model.routes.push_back(read_route(file, fmt::format("routes[{}]", i), routes[i], errors));
  }
  model.cap_seconds = reader.read_seconds("cap_seconds");
  model.typical_seconds = reader.read_seconds("typical_seconds");
  model.example = reader.read_object("example");
  model.related = reader.find_texts("related");
  reader.finish();
  return model;
}

}  // namespace darkroom::catalog
