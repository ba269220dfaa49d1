// What a picture, film or sound of a request is for. Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace darkroom::catalog {

enum class Role : std::uint8_t { image, first_frame, last_frame, video, audio, mask };
inline constexpr std::size_t kRoleCount = 6;

std::string_view print(Role role);  // "first_frame"
std::optional<Role> parse_role(std::string_view word);
// Of these a request has one at most.
bool is_single(Role role);

class RoleSet {
 public:
  constexpr void add(Role role) { bits_ |= 1U << static_cast<unsigned>(role); }
  constexpr bool has(Role role) const { return (bits_ >> static_cast<unsigned>(role) & 1U) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool shares_with(RoleSet other) const { return (bits_ & other.bits_) != 0; }

 private:
  std::uint32_t bits_ = 0;
};

}  // namespace darkroom::catalog
