#include "catalog/spec_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "catalog/field_reader.h"
#include "catalog/param_reader.h"
#include "catalog/params.h"
#include "catalog/price_reader.h"
#include "catalog/value.h"

namespace darkroom::catalog {
namespace {

using Errors = std::vector<std::string>;

constexpr std::array<std::string_view, 3> kKinds{"image", "video", "tool"};

RoleSet make_role_set(const std::vector<Role>& roles) {
  RoleSet set;
  for (const Role role : roles) set.add(role);
  return set;
}

Mode read_mode(std::string_view file, std::string path, const json::object& tree, Errors& errors) {
  FieldReader reader(file, std::move(path), tree, errors);
  Mode mode;
  mode.name = reader.read_text("name");
  mode.triggers = make_role_set(find_roles(reader, "media"));
  mode.along = make_role_set(find_roles(reader, "with"));
  mode.needs = make_role_set(find_roles(reader, "needs"));
  if (const auto bounds = reader.find_object("source_seconds")) {
    FieldReader inside(file, reader.path_of("source_seconds"), *bounds, errors);
    mode.source_seconds = {inside.find_integer("minimum").value_or(0), inside.read_count("maximum")};
    if (mode.source_seconds->maximum > Price::kMaxSeconds) {
      inside.refuse("maximum", fmt::format("must be at most {}", Price::kMaxSeconds));
    }
    if (!mode.triggers.has(Role::video)) inside.refuse("", "is for modes with the media video only");
    inside.finish();
  }
  reader.finish();
  return mode;
}

// The names of an array's objects, before the objects themselves are read.
std::vector<std::string> list_names(const std::vector<json::object>& objects) {
  std::vector<std::string> names;
  for (const json::object& object : objects) names.push_back(json::get_string(object, "name"));
  return names;
}

// A vendor may have one name for all modes, or one for each.
void read_wire_model(FieldReader& reader, const Names& names, RouteSpec& route) {
  if (!reader.is_object("wire_model")) {
    route.wire_model = reader.read_text("wire_model");
    return;
  }
  const json::object by_mode = reader.read_object("wire_model");
  for (const std::string& mode : names.modes) route.wire_models.push_back(json::get_string(by_mode, mode));
  route.wire_model = route.wire_models.empty() ? "" : route.wire_models.front();
  const bool complete = std::ranges::none_of(route.wire_models, &std::string::empty);
  if (!complete || by_mode.size() != names.modes.size()) {
    reader.refuse("wire_model", fmt::format("must have a name for each mode: {}", fmt::join(names.modes, ", ")));
  }
}

RouteSpec read_route(std::string_view file, std::string path, const json::object& tree, const Names& names,
                     Errors& errors) {
  FieldReader reader(file, std::move(path), tree, errors);
  RouteSpec route;
  route.provider = reader.read_text("provider");
  read_wire_model(reader, names, route);
  route.repeat_unknown = reader.find_flag("repeat_unknown");
  route.call_cost = reader.read_credits("call_cost");
  if (!route.call_cost.times(kMaxCount * Price::kMaxSeconds)) reader.refuse("call_cost", "is too high");
  reader.finish();
  return route;
}

Example read_example(std::string_view file, std::string path, const json::object& tree, Errors& errors) {
  FieldReader reader(file, std::move(path), tree, errors);
  Example example;
  example.title = reader.read_text("title");
  example.body = reader.read_object("body");
  reader.finish();
  return example;
}

std::optional<OutputSet> find_set(std::string_view file, FieldReader& model_reader, const ModelSpec& model,
                                  const Names& names, Errors& errors) {
  const auto tree = model_reader.find_object("set");
  if (!tree) return std::nullopt;
  FieldReader reader(file, model_reader.path_of("set"), *tree, errors);
  OutputSet set;
  set.when = read_condition(reader, "when", names);
  const std::string size = reader.read_text("size");
  const std::size_t dot = std::min(size.find('.'), size.size());
  const auto param = std::ranges::find(model.params, size.substr(0, dot), &Param::name);
  set.field = size.substr(std::min(dot + 1, size.size()));
  const bool known = param != model.params.end() && std::ranges::any_of(param->fields, [&](const Param& field) {
                       return field.name == set.field && field.type == ParamType::integer &&
                              field.minimum.value_or(0) >= 1 && field.maximum.value_or(kMaxCount + 1) <= kMaxCount;
                     });
  if (known) {
    set.param = static_cast<std::size_t>(param - model.params.begin());
  } else {
    reader.refuse("size", fmt::format("must be <parameter>.<field>, an integer from 1 to {}", kMaxCount));
  }
  reader.finish();
  return set;
}

// Rules between the parts of one model, once all are read.
class ModelCheck {
 public:
  ModelCheck(FieldReader& reader, ModelSpec& model) : reader_(reader), model_(model) {}

  void run() {
    index_spellings();
    for (std::size_t i = 0; i < model_.params.size(); ++i) check_param(i);
    check_modes();
  }

 private:
  void index_spellings() {
    for (std::size_t i = 0; i < model_.params.size(); ++i) {
      const Param& param = model_.params[i];
      model_.spellings.push_back({param.name, i});
      for (const std::string& alias : param.aliases) model_.spellings.push_back({alias, i});
    }
    std::ranges::stable_sort(model_.spellings, {}, &ModelSpec::Spelling::name);
    const auto twice = std::ranges::adjacent_find(model_.spellings, {}, &ModelSpec::Spelling::name);
    if (twice == model_.spellings.end()) return;
    reader_.refuse(fmt::format("parameters[{}]", std::next(twice)->param),
                   fmt::format("the name {} appears twice", twice->name));
  }

  void check_param(std::size_t i) {
    const Param& param = model_.params[i];
    const std::string path = fmt::format("parameters[{}]", i);
    const auto same = std::ranges::find(model_.params, param.passed_as, &Param::passed_as);
    if (!param.is_media() && param.passed && &*same != &param && same->name != param.name) {
      reader_.refuse(path + ".passed_as", fmt::format("{} is that of {} too", param.passed_as, same->name));
    }
    if (!param.default_value.is_null()) check_value(i, path + ".default", param.default_value);
    for (std::size_t at = 0; at < param.limits.size(); ++at) {
      const std::string place = fmt::format("{}.limits[{}]", path, at);
      for (const json::value& value : param.limits[at].values) check_value(i, place + ".values", value);
      for (const auto& [other, values] : param.limits[at].when.choices) {
        for (const json::value& value : values) check_value(other, place + ".when", value);
      }
    }
  }

  // In its canonical form, since it is compared with such.
  void check_value(std::size_t i, const std::string& path, const json::value& value) {
    const Param& param = model_.params[i];
    std::vector<std::string> ignored;
    const Result<json::value> made = normalise({model_, param, param.name}, value, ignored);
    if (!made) {
      reader_.refuse(path, made.error().message);
    } else if (*made != value) {
      reader_.refuse(path, fmt::format("must be spelt {}", json::print(*made)));
    }
  }

  RoleSet roles_of(const Param& param) const {
    RoleSet roles = make_role_set(param.roles);
    if (param.frames_by != kNone) {
      roles.add(Role::first_frame);
      roles.add(Role::last_frame);
    }
    return roles;
  }

  // Some mode must fit every request, and every medium some mode.
  void check_modes() {
    for (std::size_t i = 0; i < model_.modes.size(); ++i) {
      if (model_.find_mode(model_.modes[i].name) == i) continue;
      reader_.refuse(fmt::format("modes[{}]", i), fmt::format("the name {} appears twice", model_.modes[i].name));
    }
    const auto without_media = [](const Mode& mode) { return mode.triggers.empty(); };
    const auto brings_media = [&](const Param& param) { return param.required && is_trigger(roles_of(param)); };
    const auto count = std::ranges::count_if(model_.modes, without_media);
    if (count > 1 || (count == 0 && std::ranges::none_of(model_.params, brings_media))) {
      reader_.refuse("modes", "must have one without media, unless a required parameter brings them");
    }
    for (std::size_t i = 0; i < model_.params.size(); ++i) {
      const RoleSet roles = roles_of(model_.params[i]);
      const bool is_taken = std::ranges::any_of(model_.modes, [&](const Mode& mode) {
        return mode.triggers.shares_with(roles) || mode.along.shares_with(roles);
      });
      if (!roles.empty() && !is_taken) reader_.refuse(fmt::format("parameters[{}]", i), "no mode takes these media");
    }
  }

  bool is_trigger(RoleSet roles) const {
    return std::ranges::any_of(model_.modes, [&](const Mode& mode) { return mode.triggers.shares_with(roles); });
  }

  FieldReader& reader_;
  ModelSpec& model_;
};

// The parser speaks of a request's body; here the text is a file.
std::string print_parse_error(std::string_view file, std::string_view message) {
  constexpr std::string_view kBody = "Body ";
  return message.starts_with(kBody) ? fmt::format("{}: the file {}", file, message.substr(kBody.size()))
                                    : fmt::format("{}: {}", file, message);
}

void read_texts(FieldReader& reader, ModelSpec& model) {
  model.id = reader.read_text("id");
  model.family = reader.read_text("family");
  model.kind = reader.read_choice("kind", kKinds);
  model.endpoint = reader.read_text("endpoint");
  if (!model.endpoint.empty() && !model.endpoint.starts_with("/api/v1/")) {
    reader.refuse("endpoint", "must start with /api/v1/");
  }
  model.title = reader.read_text("title");
  model.summary = reader.read_text("summary");
  model.notes = reader.find_texts("notes");
}

// Modes and parameters, which name each other.
Names read_requests(FieldReader& reader, std::string_view file, ModelSpec& model, Errors& errors) {
  const std::vector<json::object> modes = reader.read_objects("modes");
  const std::vector<json::object> params = reader.read_objects("parameters");
  Names names{list_names(params), list_names(modes)};
  if (modes.size() > kMaxModes) reader.refuse("modes", fmt::format("must be at most {}", kMaxModes));
  if (params.size() > kMaxParams) reader.refuse("parameters", fmt::format("must be at most {}", kMaxParams));
  for (std::size_t i = 0; i < std::min(modes.size(), kMaxModes); ++i) {
    model.modes.push_back(read_mode(file, fmt::format("modes[{}]", i), modes[i], errors));
  }
  for (std::size_t i = 0; i < std::min(params.size(), kMaxParams); ++i) {
    model.params.push_back(read_param(file, fmt::format("parameters[{}]", i), params[i], names, errors));
  }
  return names;
}

}  // namespace

ModelSpec read_model(std::string_view file, std::string_view text, std::vector<std::string>& errors) {
  ModelSpec model;
  const Result<json::object> tree = json::parse_object(text);
  if (!tree) {
    errors.push_back(print_parse_error(file, tree.error().message));
    return model;
  }
  const std::size_t errors_before = errors.size();
  FieldReader reader(file, "", *tree, errors);
  read_texts(reader, model);
  const Names names = read_requests(reader, file, model, errors);
  model.set = find_set(file, reader, model, names, errors);
  if (errors.size() == errors_before) ModelCheck(reader, model).run();
  model.price = read_price(reader, file, model, errors);
  const std::vector<json::object> routes = reader.read_objects("routes");
  for (std::size_t i = 0; i < routes.size(); ++i) {
    model.routes.push_back(read_route(file, fmt::format("routes[{}]", i), routes[i], names, errors));
  }
  model.cap_seconds = reader.read_seconds("cap_seconds");
  model.typical_seconds = reader.read_seconds("typical_seconds");
  const std::vector<json::object> examples = reader.read_objects("examples");
  for (std::size_t i = 0; i < examples.size(); ++i) {
    model.examples.push_back(read_example(file, fmt::format("examples[{}]", i), examples[i], errors));
  }
  model.related = reader.find_texts("related");
  reader.finish();
  return model;
}

}  // namespace darkroom::catalog
