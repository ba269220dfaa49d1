#include "catalog/param_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "catalog/params.h"

namespace darkroom::catalog {
namespace {

using Errors = std::vector<std::string>;

// In the order of ParamType.
constexpr std::array<std::string_view, 10> kTypes{"string", "integer",  "number", "boolean",     "string_list",
                                                  "url",    "url_list", "object", "object_list", "task"};
constexpr std::array<std::string_view, 5> kFieldTypes{"string", "integer", "boolean", "string_list", "url"};
constexpr std::array<std::string_view, 2> kElsewhere{"ignored", "refused"};

// What adapters see under these names means something to the engine too, so its type is not the file's to choose.
struct Reserved {
  std::string_view passed_as;
  ParamType type;
};
constexpr std::array<Reserved, 3> kReserved{
    {{"prompt", ParamType::string}, {"n", ParamType::integer}, {"duration", ParamType::integer}}};

ParamType read_type(FieldReader& reader, std::span<const std::string_view> allowed) {
  const std::string name = reader.read_choice("type", allowed);
  const auto found = std::ranges::find(kTypes, name);
  return found == kTypes.end() ? ParamType::string : static_cast<ParamType>(found - kTypes.begin());
}

bool is_numeric(ParamType type) { return type == ParamType::integer || type == ParamType::number; }
bool is_text(ParamType type) { return type == ParamType::string || type == ParamType::string_list; }
bool is_list(ParamType type) {
  return type == ParamType::string_list || type == ParamType::url_list || type == ParamType::object_list;
}

void read_values(FieldReader& reader, Param& param) {
  if (is_text(param.type)) {
    param.values = reader.find_texts("values");
    return;
  }
  const json::value values = reader.find_value("values");
  if (values.is_null()) return;
  const json::array* entries = values.if_array();
  if (entries != nullptr && param.type == ParamType::boolean && entries->size() == 1 && entries->front().is_bool()) {
    param.only = entries->front().get_bool();
    return;
  }
  const auto is_integer = [](const json::value& entry) { return entry.is_int64(); };
  if (entries == nullptr || param.type != ParamType::integer || !std::ranges::all_of(*entries, is_integer)) {
    reader.refuse("values",
                  "must be strings for string and string_list, integers for integer, one of true and false for "
                  "boolean, and is for no other type");
    return;
  }
  for (const json::value& entry : *entries) param.integers.push_back(entry.get_int64());
}

void read_bounds(FieldReader& reader, Param& param) {
  param.minimum = reader.find_integer("minimum");
  param.maximum = reader.find_integer("maximum");
  param.min_length = reader.find_integer("min_length");
  param.max_length = reader.find_integer("max_length");
  const bool measured = param.type == ParamType::string ? param.values.empty() : is_list(param.type);
  if ((param.minimum || param.maximum) && !is_numeric(param.type)) {
    reader.refuse(param.minimum ? "minimum" : "maximum", "is for types integer and number only");
  }
  if ((param.min_length || param.max_length) && !measured) {
    reader.refuse(param.min_length ? "min_length" : "max_length", "is for free strings and lists only");
  }
  if (param.minimum && param.maximum && *param.minimum > *param.maximum) {
    reader.refuse("minimum", "must not be above maximum");
  }
  if (param.min_length && param.max_length && *param.min_length > *param.max_length) {
    reader.refuse("min_length", "must not be above max_length");
  }
}

std::optional<PixelSizes> find_pixels(std::string_view file, FieldReader& param_reader, const Param& param,
                                      Errors& errors) {
  const auto tree = param_reader.find_object("pixels");
  if (!tree) return std::nullopt;
  if (param.values.empty()) param_reader.refuse("pixels", "needs values");
  FieldReader reader(file, param_reader.path_of("pixels"), *tree, errors);
  PixelSizes pixels;
  pixels.multiple_of = reader.read_count("multiple_of");
  pixels.max_side = reader.read_count("max_side");
  pixels.max_ratio = reader.read_count("max_ratio");
  pixels.min_pixels = reader.read_count("min_pixels");
  pixels.max_pixels = reader.read_count("max_pixels");
  reader.finish();
  return pixels;
}

Limit read_limit(std::string_view file, std::string path, const json::object& tree, const Param& param,
                 const Names& names, Errors& errors) {
  FieldReader reader(file, std::move(path), tree, errors);
  Limit limit;
  limit.when = read_condition(reader, "when", names);
  const json::value values = reader.find_value("values");
  if (const json::array* entries = values.if_array()) limit.values.assign(entries->begin(), entries->end());
  limit.max_length = reader.find_integer("max_length");
  limit.refusal = reader.find_text("refusal");
  if (limit.values.empty() == !limit.max_length) reader.refuse("values", "or max_length must be given, and not both");
  if (limit.max_length && !is_list(param.type)) reader.refuse("max_length", "is for lists only");
  reader.finish();
  return limit;
}

// A field of an object; no object within it.
Param read_field(std::string_view file, std::string path, const json::object& tree, Errors& errors) {
  FieldReader reader(file, std::move(path), tree, errors);
  Param field;
  field.name = reader.read_text("name");
  field.type = read_type(reader, kFieldTypes);
  field.required = reader.find_flag("required");
  read_values(reader, field);
  read_bounds(reader, field);
  field.role_from = reader.find_text("role_from");
  if ((field.type == ParamType::url) == field.role_from.empty()) {
    reader.refuse("role_from", "must be given for type url, and for no other");
  }
  field.description = reader.read_text("description");
  reader.finish();
  return field;
}

// The words of the field that says what the object's link is for.
void find_roles_of_objects(FieldReader& reader, Param& param) {
  for (const Param& field : param.fields) {
    if (field.type != ParamType::url) continue;
    const auto words = std::ranges::find(param.fields, field.role_from, &Param::name);
    const bool are_roles =
        words != param.fields.end() && words->required && !words->values.empty() && field.required &&
        std::ranges::all_of(words->values, [](const auto& word) { return parse_role(word).has_value(); });
    if (!are_roles || param.type != ParamType::object_list) {
      reader.refuse("fields",
                    "a link needs to be required, in an object_list, with a required field of roles as values");
      continue;
    }
    for (const std::string& word : words->values) param.roles.push_back(*parse_role(word));
  }
}

void read_fields(std::string_view file, FieldReader& reader, Param& param, Errors& errors) {
  const bool has_fields = param.type == ParamType::object || param.type == ParamType::object_list;
  if (!has_fields) return;
  const std::vector<json::object> fields = reader.read_objects("fields");
  for (std::size_t i = 0; i < fields.size(); ++i) {
    param.fields.push_back(read_field(file, reader.path_of(fmt::format("fields[{}]", i)), fields[i], errors));
  }
  find_roles_of_objects(reader, param);
}

// `role` is one word for all entries, or an array of one for each.
void read_roles(FieldReader& reader, Param& param, const Names& names) {
  param.frames_by = find_param_named(reader, "frames_by", names);
  const bool is_one = param.type == ParamType::url || param.type == ParamType::task;
  const bool has_links = is_one || param.type == ParamType::url_list;
  const json::value given = reader.find_value("role");
  if (given.is_string()) {
    if (const auto role = parse_role(given.get_string())) param.roles.push_back(*role);
  } else if (given.is_array()) {
    param.roles = find_roles(reader, "role");
  }
  if (has_links && param.roles.empty()) {
    reader.refuse("role", "must be image, first_frame, last_frame, video, audio or mask, or an array of them");
  }
  if (!has_links && !given.is_null()) reader.refuse("role", "is for types url, url_list and task only");
  if (is_one && param.roles.size() > 1) reader.refuse("role", "must be one for types url and task");
  if (param.frames_by != kNone && param.type != ParamType::url_list) {
    reader.refuse("frames_by", "is for type url_list only");
  }
}

// `required` is true, false or the modes that need the parameter.
void read_modes(FieldReader& reader, Param& param, const Names& names) {
  if (reader.is_array("required")) {
    param.required_in = find_modes_named(reader, "required", names);
  } else {
    param.required = reader.find_flag("required");
  }
  param.modes = find_modes_named(reader, "modes", names);
  if (param.modes.empty()) return;
  param.refused_elsewhere = reader.read_choice("elsewhere", kElsewhere) == "refused";
}

void check_reserved(FieldReader& reader, const Param& param) {
  const bool is_request_member = std::ranges::find(kRequestMembers, param.name) != kRequestMembers.end();
  if (is_request_member || param.name == "mode") {
    reader.refuse("name", fmt::format("must not be \"{}\": that is the request's own field", param.name));
  }
  const auto reserved = std::ranges::find(kReserved, param.passed_as, &Reserved::passed_as);
  if (reserved != kReserved.end() && reserved->type != param.type) {
    reader.refuse("type", fmt::format("must be {} for the parameter {}",
                                      kTypes[static_cast<std::size_t>(reserved->type)], param.passed_as));
  }
  if (param.passed_as != "n" || param.type != ParamType::integer) return;
  const bool bounded = param.integers.empty()
                           ? param.minimum.value_or(0) >= 1 && param.maximum.value_or(kMaxCount + 1) <= kMaxCount
                           : std::ranges::min(param.integers) >= 1 && std::ranges::max(param.integers) <= kMaxCount;
  if (!bounded) {
    reader.refuse("minimum", fmt::format("and maximum of the parameter n must be given, from 1 to {}", kMaxCount));
  }
}

void check_fit(FieldReader& reader, const Param& param) {
  if ((param.ignore_case || !param.refusal.empty()) && param.values.empty()) {
    reader.refuse(param.ignore_case ? "ignore_case" : "refusal", "needs values");
  }
  if (param.default_unless != kNone && param.default_value.is_null()) reader.refuse("default_unless", "needs default");
  if (param.required && !param.default_value.is_null()) reader.refuse("default", "is for optional parameters only");
  if (param.is_media() && !param.default_value.is_null()) reader.refuse("default", "is not for media");
  if (param.as_flag && !is_list(param.type)) reader.refuse("as_flag", "is for lists only");
}

}  // namespace

Param read_param(std::string_view file, std::string path, const json::object& tree, const Names& names,
                 Errors& errors) {
  FieldReader reader(file, std::move(path), tree, errors);
  Param param;
  param.name = reader.read_text("name");
  param.aliases = reader.find_texts("aliases");
  param.type = read_type(reader, kTypes);
  read_modes(reader, param, names);
  read_values(reader, param);
  param.ignore_case = reader.find_flag("ignore_case");
  param.pixels = find_pixels(file, reader, param, errors);
  read_bounds(reader, param);
  param.default_value = reader.find_value("default");
  param.default_unless = find_param_named(reader, "default_unless", names);
  const std::vector<json::object> limits = reader.find_objects("limits");
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const std::string place = reader.path_of(fmt::format("limits[{}]", i));
    param.limits.push_back(read_limit(file, place, limits[i], param, names, errors));
  }
  read_roles(reader, param, names);
  read_fields(file, reader, param, errors);
  const std::string passed_as = reader.find_text("passed_as");
  param.passed_as = passed_as.empty() ? param.name : passed_as;
  param.passed = reader.find_flag("passed", true);
  param.as_flag = reader.find_flag("as_flag");
  param.refusal = reader.find_text("refusal");
  param.description = reader.read_text("description");
  check_fit(reader, param);
  check_reserved(reader, param);
  reader.finish();
  return param;
}

}  // namespace darkroom::catalog
