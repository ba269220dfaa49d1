// The names that parts of a model file give each other: parameters and modes, known before any of them is read whole.
// Threads: values. Fails by a line in the reader's errors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/field_reader.h"
#include "catalog/model_spec.h"

namespace darkroom::catalog {

struct Names {
  std::vector<std::string> params;  // by index
  std::vector<std::string> modes;
};

// The index of the parameter that the member names; kNone if it is absent or names none.
std::size_t find_param_named(FieldReader& reader, std::string_view member, const Names& names);
// The modes of an array of names.
ModeSet find_modes_named(FieldReader& reader, std::string_view member, const Names& names);
// {"resolution": ["4k"], "mode": ["edit"]}; nothing in it: always.
Condition read_condition(FieldReader& reader, std::string_view member, const Names& names);
// An array of words such as "first_frame"; empty if absent.
std::vector<Role> find_roles(FieldReader& reader, std::string_view member);

}  // namespace darkroom::catalog
