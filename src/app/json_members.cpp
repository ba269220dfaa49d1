#include "app/json_members.h"

namespace darkroom::app {

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  if (member == nullptr || member->is_null()) return "";
  return member->is_string() ? std::string(member->get_string()) : json::print(*member);
}

const json::object& object_of(const json::object& object, std::string_view name) {
  static const json::object kNone;
  const json::value* member = object.if_contains(name);
  return member != nullptr && member->is_object() ? member->get_object() : kNone;
}

const json::array& array_of(const json::object& object, std::string_view name) {
  static const json::array kNone;
  const json::value* member = object.if_contains(name);
  return member != nullptr && member->is_array() ? member->get_array() : kNone;
}

}  // namespace darkroom::app
