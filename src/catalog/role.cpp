#include "catalog/role.h"

#include <algorithm>
#include <array>

namespace darkroom::catalog {
namespace {

// In the order of Role.
constexpr std::array<std::string_view, kRoleCount> kWords{"image", "first_frame", "last_frame",
                                                          "video", "audio",       "mask"};

}  // namespace

std::string_view print(Role role) { return kWords[static_cast<std::size_t>(role)]; }

std::optional<Role> parse_role(std::string_view word) {
  const auto found = std::ranges::find(kWords, word);
  if (found == kWords.end()) return std::nullopt;
  return static_cast<Role>(found - kWords.begin());
}

bool is_single(Role role) { return role == Role::first_frame || role == Role::last_frame || role == Role::mask; }

}  // namespace darkroom::catalog
