#include "base/credits.h"

#include <fmt/format.h>

#include "base/check.h"

namespace darkroom {
namespace {

bool in_range(std::int64_t count) { return count >= -MicroCredits::kMax && count <= MicroCredits::kMax; }

}  // namespace

MicroCredits MicroCredits::from_count(std::int64_t count) {
  DR_CHECK(in_range(count));
  return MicroCredits(count);
}

Result<MicroCredits> MicroCredits::parse_credits(std::string_view decimal) {
  const auto refuse = [&] {
    return fail(Code::invalid_parameter, fmt::format("'{}' is not an amount of credits such as 14.375", decimal));
  };
  const std::size_t dot = decimal.find('.');
  const std::string_view whole = decimal.substr(0, dot);
  const std::string_view fraction = dot == std::string_view::npos ? "" : decimal.substr(dot + 1);
  if (whole.empty() || whole.size() > 10 || fraction.size() > 6) return refuse();
  if (dot != std::string_view::npos && fraction.empty()) return refuse();
  std::int64_t count = 0;
  for (const char c : whole) {
    if (c < '0' || c > '9') return refuse();
    count = count * 10 + (c - '0');
  }
  std::int64_t scale = kPerCredit;
  count *= kPerCredit;
  for (const char c : fraction) {
    if (c < '0' || c > '9') return refuse();
    scale /= 10;
    count += (c - '0') * scale;
  }
  if (!in_range(count)) return refuse();
  return MicroCredits(count);
}

std::string MicroCredits::text() const {
  const std::int64_t magnitude = count_ < 0 ? -count_ : count_;
  std::string text = fmt::format("{}{}", count_ < 0 ? "-" : "", magnitude / kPerCredit);
  const std::int64_t rest = magnitude % kPerCredit;
  if (rest == 0) return text;
  text += fmt::format(".{:06}", rest);
  while (text.back() == '0') text.pop_back();
  return text;
}

std::optional<MicroCredits> MicroCredits::plus(MicroCredits other) const {
  const std::int64_t sum = count_ + other.count_;  // both within 2^53: cannot overflow 64 bits
  if (!in_range(sum)) return std::nullopt;
  return MicroCredits(sum);
}

std::optional<MicroCredits> MicroCredits::minus(MicroCredits other) const { return plus(MicroCredits(-other.count_)); }

std::optional<MicroCredits> MicroCredits::times(std::int64_t factor) const {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(count_, factor, &product) || !in_range(product)) return std::nullopt;
  return MicroCredits(product);
}

}  // namespace darkroom
