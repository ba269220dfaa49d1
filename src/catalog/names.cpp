#include "catalog/names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace darkroom::catalog {
namespace {

std::size_t find_index(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? kNone : static_cast<std::size_t>(found - names.begin());
}

ModeSet make_mode_set(FieldReader& reader, std::string_view member, const std::vector<std::string>& wanted,
                      const Names& names) {
  ModeSet set;
  for (const std::string& name : wanted) {
    const std::size_t mode = find_index(names.modes, name);
    if (mode != kNone) {
      set.add(mode);
    } else {
      reader.refuse(member, fmt::format("must name modes of this model: {}", fmt::join(names.modes, ", ")));
    }
  }
  return set;
}

}  // namespace

std::size_t find_param_named(FieldReader& reader, std::string_view member, const Names& names) {
  const std::string name = reader.find_text(member);
  if (name.empty()) return kNone;
  const std::size_t index = find_index(names.params, name);
  if (index == kNone) reader.refuse(member, "must name a parameter of this model");
  return index;
}

ModeSet find_modes_named(FieldReader& reader, std::string_view member, const Names& names) {
  return make_mode_set(reader, member, reader.find_texts(member), names);
}

Condition read_condition(FieldReader& reader, std::string_view member, const Names& names) {
  Condition condition;
  const json::object tree = reader.read_object(member);
  for (const auto& [key, value] : tree) {
    const std::string path = fmt::format("{}.{}", member, std::string_view(key));
    if (!value.is_array() || value.get_array().empty()) {
      reader.refuse(path, "must be an array of values that is not empty");
      continue;
    }
    if (key == "mode") {
      std::vector<std::string> modes;
      for (const json::value& mode : value.get_array()) modes.emplace_back(mode.is_string() ? mode.get_string() : "");
      condition.modes = make_mode_set(reader, path, modes, names);
      continue;
    }
    const std::size_t param = find_index(names.params, key);
    if (param == kNone) {
      reader.refuse(path, "must name a parameter of this model");
      continue;
    }
    condition.choices.push_back({param, {value.get_array().begin(), value.get_array().end()}});
  }
  return condition;
}

std::vector<Role> find_roles(FieldReader& reader, std::string_view member) {
  std::vector<Role> roles;
  for (const std::string& word : reader.find_texts(member)) {
    if (const auto role = parse_role(word)) {
      roles.push_back(*role);
    } else {
      reader.refuse(member, "must be of image, first_frame, last_frame, video, audio, mask");
    }
  }
  return roles;
}

}  // namespace darkroom::catalog
