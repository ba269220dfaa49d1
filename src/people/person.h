// The people of the console: users, and what they may do where. An operator may do everything on the whole server; of
// an account one is owner or member, or nothing.
// Threads: plain values and free functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/secret.h"

namespace darkroom::people {

inline constexpr std::size_t kMostEmailBytes = 254;  // RFC 5321, 4.5.3.1.3 without its brackets
inline constexpr std::size_t kMostNameBytes = 200;

enum class Role : std::uint8_t { member = 0, owner = 1 };
std::string_view print(Role role);  // "member", "owner"
std::optional<Role> parse_role(std::string_view text);

enum class Language : std::uint8_t { en = 0, zh = 1 };
std::string_view print(Language language);
std::optional<Language> parse_language(std::string_view text);

struct User {
  UserId id;
  std::string email;  // in the form of read_email(); unique
  std::string name;
  Secret password;  // its hash; empty: no password yet, so nobody signs in
  bool is_operator = false;
  std::optional<Language> language;  // empty: the browser's
  WallTime created_at{};
  std::optional<WallTime> last_login_at;
  std::optional<WallTime> disabled_at;
};

struct Membership {
  AccountId account;
  std::string account_name;
  Role role = Role::member;
};

struct Person {
  User user;
  std::vector<Membership> memberships;  // by the accounts' names

  // nullptr if there is none.
  const Membership* find_membership(std::string_view account_id_or_name) const;
};

// What a user changes, or an operator of them; what is absent stays.
struct UserChange {
  std::optional<std::string> name;
  std::optional<std::optional<Language>> language;
  std::optional<Secret> password;  // its hash
  std::optional<bool> is_operator;
  std::optional<bool> disabled;

  // Whoever is signed in must sign in again: another password or right, or no right to be here any more.
  bool ends_sessions() const { return password || is_operator || disabled.value_or(false); }
};
User changed(User user, const UserChange& change, WallTime at);

// Lower case and without blanks at its ends. invalid_parameter, `email` named.
Result<std::string> read_email(std::string_view text);
Status check_name(std::string_view name);

}  // namespace darkroom::people
