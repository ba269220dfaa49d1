#include "people/person.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/text.h"

namespace darkroom::people {
namespace {

// One '@' with something before it and a host behind it. Whether mail arrives there is nobody's business here.
bool looks_like_email(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == text.size()) return false;
  if (text.find('@', at + 1) != std::string_view::npos) return false;
  return std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c != 0x7f && c != '<' && c != '>'; });
}

}  // namespace

std::string_view print(Role role) { return role == Role::owner ? "owner" : "member"; }

std::optional<Role> parse_role(std::string_view text) {
  if (text == "owner") return Role::owner;
  if (text == "member") return Role::member;
  return std::nullopt;
}

std::string_view print(Language language) { return language == Language::zh ? "zh" : "en"; }

std::optional<Language> parse_language(std::string_view text) {
  if (text == "en") return Language::en;
  if (text == "zh") return Language::zh;
  return std::nullopt;
}

const Membership* Person::find_membership(std::string_view account) const {
  const std::optional<AccountId> id = AccountId::parse(account);
  const auto found = std::ranges::find_if(
      memberships, [&](const Membership& one) { return id ? one.account == *id : one.account_name == account; });
  return found == memberships.end() ? nullptr : &*found;
}

User changed(User user, const UserChange& change, WallTime at) {
  if (change.name) user.name = *change.name;
  if (change.language) user.language = *change.language;
  if (change.password) user.password = *change.password;
  if (change.is_operator) user.is_operator = *change.is_operator;
  if (change.disabled && !*change.disabled) user.disabled_at.reset();
  if (change.disabled.value_or(false) && !user.disabled_at) user.disabled_at = at;
  return user;
}

Result<std::string> read_email(std::string_view text) {
  std::string email(trim(text));
  if (email.size() > kMostEmailBytes || !looks_like_email(email)) {
    return fail(Code::invalid_parameter, fmt::format("email must be NAME@HOST, at most {} bytes", kMostEmailBytes),
                "email");
  }
  for (char& c : email) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  return email;
}

Status check_name(std::string_view name) {
  if (name.size() <= kMostNameBytes) return {};
  return fail(Code::invalid_parameter, fmt::format("name must have at most {} bytes", kMostNameBytes), "name");
}

}  // namespace darkroom::people
