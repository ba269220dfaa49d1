#include "base/decimal.h"

#include <algorithm>
#include <charconv>

namespace darkroom {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The digits that `rest` begins with, which are taken off.
std::string_view take_digits(std::string_view& rest) {
  const auto end = std::ranges::find_if_not(rest, is_digit);
  const std::string_view digits = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  rest.remove_prefix(digits.size());
  return digits;
}

bool take(std::string_view& rest, std::string_view any_of) {
  if (rest.empty() || !any_of.contains(rest.front())) return false;
  rest.remove_prefix(1);
  return true;
}

// Nothing behind an 'e' is no number at all.
std::optional<int> read_exponent(std::string_view rest) {
  if (rest.empty()) return 0;
  if (!take(rest, "eE")) return std::nullopt;
  if (rest.starts_with('+')) rest.remove_prefix(1);
  int exponent = 0;
  const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), exponent);
  if (problem != std::errc() || end != rest.data() + rest.size()) return std::nullopt;
  return exponent;
}

}  // namespace

Decimal::Units Decimal::power_of_ten(int exponent) {
  Units power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

std::optional<Decimal> Decimal::check(Units units) {
  const Units bound = power_of_ten(kDigitsInAll);
  if (units <= -bound || units >= bound) return std::nullopt;
  Decimal decimal;
  decimal.units_ = units;
  return decimal;
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  const bool is_negative = take(text, "-");
  const std::string_view whole = take_digits(text);
  std::string_view fraction;
  if (take(text, ".")) {
    fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
  }
  const std::optional<int> exponent = read_exponent(text);
  if (whole.empty() || !exponent || *exponent > 100 || *exponent < -100) return std::nullopt;
  std::string digits = std::string(whole) + std::string(fraction);
  int behind = static_cast<int>(std::min<std::size_t>(fraction.size(), 1000)) - *exponent;
  for (; digits.ends_with('0'); --behind) digits.pop_back();
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty()) return Decimal();
  const int to_add = kDigitsBehind - behind;
  if (to_add < 0 || static_cast<int>(digits.size()) + to_add > kDigitsInAll) return std::nullopt;
  Units units = 0;
  for (const char digit : digits) units = units * 10 + (digit - '0');
  units *= power_of_ten(to_add);
  return check(is_negative ? -units : units);
}

std::string Decimal::text() const {
  std::string digits;
  for (Units rest = units_ < 0 ? -units_ : units_; rest > 0; rest /= 10) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  }
  const auto width = static_cast<std::size_t>(kDigitsBehind) + 1;
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  digits.insert(digits.size() - kDigitsBehind, ".");
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) digits.pop_back();
  return units_ < 0 ? "-" + digits : digits;
}

double Decimal::approximate() const {
  return static_cast<double>(units_) / static_cast<double>(power_of_ten(kDigitsBehind));
}

std::optional<Decimal> add(const Decimal& left, const Decimal& right) {
  return Decimal::check(left.units_ + right.units_);
}

std::optional<Decimal> subtract(const Decimal& left, const Decimal& right) {
  return Decimal::check(left.units_ - right.units_);
}

}  // namespace darkroom
