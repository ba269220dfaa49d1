#include "catalog/describe.h"

#include "base/check.h"
#include "catalog/place.h"

namespace darkroom::catalog {
namespace {

std::string_view print_type(ParamType type) {
  switch (type) {
    case ParamType::string: return "string";
    case ParamType::integer: return "integer";
    case ParamType::number: return "number";
    case ParamType::boolean: return "boolean";
    case ParamType::string_list: return "string[]";
    case ParamType::url: return "url";
    case ParamType::url_list: return "url[]";
    case ParamType::object: return "object";
    case ParamType::object_list: return "object[]";
    case ParamType::task: return "task";
  }
  DR_CHECK(false);
}

// What must be behind the link.
std::string_view print_media(Role role) {
  if (role == Role::video || role == Role::audio) return print(role);
  return "image";
}

json::array make_array(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

json::array name_modes(const ModelSpec& model, ModeSet set) {
  json::array names;
  for (std::size_t mode = 0; mode < model.modes.size(); ++mode) {
    if (set.has(mode)) names.push_back(json::value(model.modes[mode].name));
  }
  return names;
}

void add_bound(json::object& tree, std::string_view name, const std::optional<std::int64_t>& bound) {
  if (bound) tree[name] = *bound;
}

json::object describe_condition(const ModelSpec& model, const Condition& when) {
  json::object tree;
  for (const auto& [param, values] : when.choices) {
    tree[model.params[param].name] = json::array(values.begin(), values.end());
  }
  if (!when.modes.empty()) tree["mode"] = name_modes(model, when.modes);
  return tree;
}

json::array describe_limits(const ModelSpec& model, const Param& param) {
  json::array limits;
  for (const Limit& limit : param.limits) {
    json::object tree = {{"when", describe_condition(model, limit.when)}};
    if (!limit.values.empty()) tree["values"] = json::array(limit.values.begin(), limit.values.end());
    add_bound(tree, "max_length", limit.max_length);
    limits.push_back(std::move(tree));
  }
  return limits;
}

void add_values(json::object& tree, const Param& param) {
  if (!param.values.empty()) tree["values"] = make_array(param.values);
  if (!param.integers.empty()) tree["values"] = json::array(param.integers.begin(), param.integers.end());
  if (param.only) tree["values"] = json::array{*param.only};
  if (!param.pixels) return;
  tree["pixels"] = json::object{{"multiple_of", param.pixels->multiple_of},
                                {"max_side", param.pixels->max_side},
                                {"max_ratio", param.pixels->max_ratio},
                                {"min_pixels", param.pixels->min_pixels},
                                {"max_pixels", param.pixels->max_pixels}};
}

json::object describe_param(const ModelSpec& model, const Param& param) {
  json::object tree = {{"name", param.name}, {"type", print_type(param.type)}};
  if (!param.aliases.empty()) tree["aliases"] = make_array(param.aliases);
  if (param.required_in.empty()) {
    tree["required"] = param.required;
  } else {
    tree["required"] = name_modes(model, param.required_in);
  }
  if (!param.roles.empty() && param.fields.empty()) tree["media"] = print_media(param.roles.front());
  add_values(tree, param);
  add_bound(tree, "minimum", param.minimum);
  add_bound(tree, "maximum", param.maximum);
  add_bound(tree, "min_length", param.min_length);
  add_bound(tree, "max_length", param.max_length);
  if (!param.default_value.is_null()) tree["default"] = param.default_value;
  if (param.default_unless != kNone) tree["default_unless"] = model.params[param.default_unless].name;
  if (!param.modes.empty()) {
    tree["modes"] = name_modes(model, param.modes);
    tree["elsewhere"] = param.refused_elsewhere ? "refused" : "ignored";
  }
  if (!param.limits.empty()) tree["limits"] = describe_limits(model, param);
  if (!param.fields.empty()) {
    json::array fields;
    for (const Param& field : param.fields) fields.push_back(describe_param(model, field));
    tree["fields"] = std::move(fields);
  }
  tree["description"] = param.description;
  return tree;
}

// A string beside the count of micro-credits: readers of JSON numbers would round it.
void add_credits(json::object& tree, MicroCredits credits) {
  tree["credits"] = credits.text();
  tree["microcredits"] = credits.count();
}

json::object describe_price(const ModelSpec& model) {
  const Price& price = model.price;
  json::object tree = {{"unit", price.unit}};
  add_credits(tree, price.lowest());
  if (price.by.empty()) return tree;
  json::array tiers;
  for (std::size_t place = 0; place < price.table.size(); ++place) {
    if (!price.table[place]) continue;
    json::object tier = {{"when", describe_place(price, place)}};
    add_credits(tier, price.at(place));
    tiers.push_back(std::move(tier));
  }
  tree["tiers"] = std::move(tiers);
  return tree;
}

}  // namespace

json::object describe(const ModelSpec& model) {
  json::array modes;
  for (const Mode& mode : model.modes) modes.push_back(json::value(mode.name));
  json::array params;
  for (const Param& param : model.params) params.push_back(describe_param(model, param));
  json::array examples;
  for (const Example& example : model.examples) {
    examples.push_back(
        json::object{{"title", example.title}, {"mode", model.modes[example.mode].name}, {"body", example.body}});
  }
  json::object tree = {{"id", model.id},       {"family", model.family},
                       {"kind", model.kind},   {"endpoint", model.endpoint},
                       {"title", model.title}, {"summary", model.summary}};
  tree["notes"] = make_array(model.notes);
  tree["modes"] = std::move(modes);
  tree["price"] = describe_price(model);
  tree["limits"] = json::object{{"cap_seconds", model.cap_seconds}};
  tree["typical_seconds"] = model.typical_seconds;
  tree["parameters"] = std::move(params);
  tree["example"] = model.examples.front().body;
  tree["examples"] = std::move(examples);
  tree["related"] = make_array(model.related);
  return tree;
}

}  // namespace darkroom::catalog
