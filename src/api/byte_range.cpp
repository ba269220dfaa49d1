#include "api/byte_range.h"

#include <algorithm>
#include <charconv>

namespace darkroom::api {
namespace {

constexpr std::string_view kUnit = "bytes=";

// Digits only, no overflow.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

RangeChoice choose_suffix(std::string_view digits, std::uint64_t size_bytes) {
  const auto wanted = parse_number(digits);
  if (!wanted) return WholeFile{};
  if (*wanted == 0 || size_bytes == 0) return Unsatisfiable{};
  const std::uint64_t length = std::min(*wanted, size_bytes);
  return ByteRange{size_bytes - length, length};
}

}  // namespace

RangeChoice choose_range(std::optional<std::string_view> header, std::uint64_t size_bytes) {
  if (!header || !header->starts_with(kUnit)) return WholeFile{};
  const std::string_view spec = header->substr(kUnit.size());
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return WholeFile{};
  if (dash == 0) return choose_suffix(spec.substr(1), size_bytes);

  const auto first = parse_number(spec.substr(0, dash));
  const std::string_view last_text = spec.substr(dash + 1);
  const auto last = last_text.empty() ? std::optional(UINT64_MAX) : parse_number(last_text);
  if (!first || !last || *last < *first) return WholeFile{};
  if (*first >= size_bytes) return Unsatisfiable{};
  return ByteRange{*first, std::min(*last, size_bytes - 1) - *first + 1};
}

}  // namespace darkroom::api
