// Decimal: an exact decimal number, for amounts in a vendor's own unit ("12.30" dollars, 1e-7 credits): up to 13 digits
// before the point and 24 behind it, which holds whatever a vendor prints of a double. Never a float.
// Threads: a plain value. Fails by nullopt: what has more digits is no amount.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace darkroom {

class Decimal {
 public:
  Decimal() = default;
  // A number as JSON writes it, exponent included.
  static std::optional<Decimal> parse(std::string_view text);

  // Without an exponent and without noughts at the end: "12.3", "-0.0000001".
  std::string text() const;
  // For gauges, which know nothing better.
  double approximate() const;

  friend std::optional<Decimal> add(const Decimal& left, const Decimal& right);
  friend std::optional<Decimal> subtract(const Decimal& left, const Decimal& right);
  friend bool operator==(const Decimal&, const Decimal&) = default;

 private:
  __extension__ using Units = __int128;
  static constexpr int kDigitsBehind = 24;
  static constexpr int kDigitsInAll = 37;
  static Units power_of_ten(int exponent);
  static std::optional<Decimal> check(Units units);

  Units units_ = 0;  // of 10^-kDigitsBehind
};

}  // namespace darkroom
