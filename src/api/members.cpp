#include "api/members.h"

#include <fmt/format.h>

#include <utility>

namespace darkroom::api {

Members::Members(std::string_view body) {
  Result<json::object> tree = json::parse_object(body);
  if (tree) {
    tree_ = std::move(*tree);
  } else {
    error_ = std::move(tree.error());
  }
}

const json::value* Members::take(std::string_view name) {
  known_.emplace(name);
  const json::value* member = json::find(tree_, name);
  return member == nullptr || member->is_null() ? nullptr : member;
}

void Members::refuse(Code code, std::string sentence, std::string_view field) {
  if (!error_) error_ = make_error(code, std::move(sentence), std::string(field));
}

std::string Members::required_string(std::string_view name) {
  if (take(name) == nullptr) {
    refuse(Code::missing_parameter, fmt::format("Missing required parameter: {}", name), name);
  }
  return string(name);
}

std::string Members::string(std::string_view name) {
  const json::value* member = take(name);
  if (member == nullptr) return {};
  if (member->is_string()) return std::string(member->get_string());
  refuse(Code::invalid_parameter, fmt::format("{} must be a string", name), name);
  return {};
}

bool Members::flag(std::string_view name) {
  const json::value* member = take(name);
  if (member == nullptr) return false;
  if (member->is_bool()) return member->get_bool();
  refuse(Code::invalid_parameter, fmt::format("{} must be true or false", name), name);
  return false;
}

std::optional<std::int64_t> Members::integer(std::string_view name) {
  const json::value* member = take(name);
  if (member == nullptr) return std::nullopt;
  if (member->is_int64()) return member->get_int64();
  refuse(Code::invalid_parameter, fmt::format("{} must be a whole number", name), name);
  return std::nullopt;
}

std::vector<std::string> Members::strings(std::string_view name) {
  std::vector<std::string> texts;
  const json::value* member = take(name);
  if (member == nullptr) return texts;
  const bool is_list = member->is_array();
  if (is_list) {
    for (const json::value& entry : member->get_array()) {
      if (entry.is_string()) texts.emplace_back(entry.get_string());
    }
  }
  if (!is_list || texts.size() != member->get_array().size()) {
    refuse(Code::invalid_parameter, fmt::format("{} must be a list of strings", name), name);
  }
  return texts;
}

Members Members::object(std::string_view name) {
  const json::value* member = take(name);
  if (member == nullptr) return Members(json::object());
  if (member->is_object()) return Members(member->get_object());
  refuse(Code::invalid_parameter, fmt::format("{} must be an object", name), name);
  return Members(json::object());
}

bool Members::has(std::string_view name) { return take(name) != nullptr; }

bool Members::is_null(std::string_view name) const {
  const json::value* member = json::find(tree_, name);
  return member != nullptr && member->is_null();
}

Status Members::mistakes() const {
  if (error_) return fail(*error_);
  return {};
}

std::vector<std::string> Members::unknown_names() const {
  std::vector<std::string> names;
  for (const auto& member : tree_) {
    if (!known_.contains(std::string_view(member.key()))) names.emplace_back(member.key());
  }
  return names;
}

Status Members::status() const {
  DR_TRY(mistakes());
  const std::vector<std::string> unknown = unknown_names();
  if (unknown.empty()) return {};
  const std::string shown = unknown.front().substr(0, 64);
  return fail(Code::invalid_parameter, fmt::format("Unknown member: {}", shown), shown);
}

}  // namespace darkroom::api
