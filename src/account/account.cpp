#include "account/account.h"

#include <algorithm>
#include <utility>

namespace darkroom::account {
namespace {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

}  // namespace

bool is_valid_account_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxAccountNameBytes || !is_letter_or_digit(name.front())) return false;
  return std::ranges::all_of(
      name, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-' || c == '@'; });
}

KeyRecord changed(KeyRecord key, const KeyChange& change) {
  key.limits = changed(std::move(key.limits), change.limits);
  if (change.name) key.name = *change.name;
  if (change.expires_at) key.expires_at = *change.expires_at;
  return key;
}

}  // namespace darkroom::account
