// Money: a checked 64-bit count of micro-credits. 1 credit = 0.001 USD = 1,000,000 micro-credits. No floating point
// anywhere. Amounts stay within 2^53 - 1, so that JSON readers keep them exact. Overflow is an error, never a wrap.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace darkroom {

class MicroCredits {
 public:
  static constexpr std::int64_t kPerCredit = 1'000'000;
  static constexpr std::int64_t kMax = (std::int64_t{1} << 53) - 1;

  constexpr MicroCredits() = default;
  // DR_CHECKs that |count| <= kMax.
  static MicroCredits from_count(std::int64_t count);
  // Decimal credits such as "14.375": up to six decimals, no sign, no exponent.
  static Result<MicroCredits> parse_credits(std::string_view decimal);

  constexpr std::int64_t count() const { return count_; }
  // Whole credits, rounded down; the contract's `balance`.
  constexpr std::int64_t whole_credits() const { return count_ / kPerCredit; }
  // Exact decimal credits without trailing zeros: "14.375".
  std::string text() const;

  // Nothing when the result would leave +-kMax.
  std::optional<MicroCredits> plus(MicroCredits other) const;
  std::optional<MicroCredits> minus(MicroCredits other) const;
  std::optional<MicroCredits> times(std::int64_t factor) const;

  friend constexpr auto operator<=>(MicroCredits, MicroCredits) = default;

 private:
  constexpr explicit MicroCredits(std::int64_t count) : count_(count) {}
  std::int64_t count_ = 0;
};

}  // namespace darkroom
