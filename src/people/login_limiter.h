// How many wrong passwords may be tried: so many for an e-mail address, whoever tries, and so many from an address,
// whomever they are for. Every try counts before the password is looked at, and a right one is given back, so that
// tries at the same time gain nothing.
// Threads: one at a time (Guarded). Owns a bounded table; beyond its bound, the quarter that is nearest to a clean
// slate goes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace darkroom::people {

class LoginLimiter {
 public:
  struct Allowance {
    std::int64_t burst;  // tries at once
    seconds every;       // one more after each
  };
  static constexpr Allowance kOfEmail{10, seconds(60)};
  static constexpr Allowance kOfAddress{30, seconds(10)};
  static constexpr std::size_t kMostRows = 20'000;

  // Nothing: go on. Else how long to wait, at least a second.
  std::optional<seconds> take(const std::string& email, const std::string& address, SteadyTime now);
  // The password of that try was right.
  void give_back(const std::string& email, const std::string& address);
  std::size_t size() const { return rows_.size(); }

 private:
  // When the row will have a clean slate again.
  using Rows = std::unordered_map<std::string, SteadyTime>;

  static std::optional<seconds> wait_for(const Allowance& allowance, SteadyTime clean_at, SteadyTime now);
  void make_room(SteadyTime now);

  Rows rows_;  // "e:" and an e-mail address, "a:" and an address
};

}  // namespace darkroom::people
