#include "base/json_exact.h"

#include <charconv>
#include <optional>
#include <string>

namespace darkroom::json {
namespace {

// A token with "~1" for '/' and "~0" for '~'; nullopt if a '~' stands for nothing.
std::optional<std::string> unescape(std::string_view token) {
  std::string plain;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      plain += token[i];
      continue;
    }
    const char escaped = ++i < token.size() ? token[i] : '\0';
    if (escaped != '0' && escaped != '1') return std::nullopt;
    plain += escaped == '0' ? '~' : '/';
  }
  return plain;
}

// The token behind the slash that `rest` begins with, which is taken off.
std::string_view take_token(std::string_view& rest) {
  rest.remove_prefix(1);
  const std::string_view token = rest.substr(0, rest.find('/'));
  rest.remove_prefix(token.size());
  return token;
}

const value* find_element(const array& elements, std::string_view token) {
  std::size_t index = 0;
  const auto [end, problem] = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool is_number = problem == std::errc() && end == token.data() + token.size();
  const bool is_plain = token == "0" || !token.starts_with('0');
  return is_number && is_plain && index < elements.size() ? &elements[index] : nullptr;
}

}  // namespace

bool is_pointer(std::string_view pointer) {
  if (!pointer.empty() && !pointer.starts_with('/')) return false;
  while (!pointer.empty()) {
    if (!unescape(take_token(pointer))) return false;
  }
  return true;
}

const value* find_at(const value& tree, std::string_view pointer) {
  if (!is_pointer(pointer)) return nullptr;
  const value* at = &tree;
  while (at != nullptr && !pointer.empty()) {
    const std::string token = *unescape(take_token(pointer));
    if (const object* members = at->if_object()) {
      at = find(*members, token);
    } else if (const array* elements = at->if_array()) {
      at = find_element(*elements, token);
    } else {
      at = nullptr;
    }
  }
  return at;
}

}  // namespace darkroom::json
