#include "base/ids.h"

#include <span>

namespace darkroom {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> make_digit_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<std::uint8_t>(kDigits[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto kDigitValues = make_digit_values();

}  // namespace

std::string to_hex(const IdBytes& bytes) {
  std::string text(bytes.size() * 2, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[2 * i] = kDigits[bytes[i] >> 4];
    text[2 * i + 1] = kDigits[bytes[i] & 0x0f];
  }
  return text;
}

std::optional<IdBytes> parse_hex_id(std::string_view text) {
  IdBytes bytes{};
  if (text.size() != bytes.size() * 2) return std::nullopt;
  unsigned seen = 0;  // of all digits: only kNoDigit has a bit above the lowest four
  const char* digit = text.data();
  for (std::uint8_t& byte : bytes) {
    const unsigned high = kDigitValues[static_cast<std::uint8_t>(*digit++)];
    const unsigned low = kDigitValues[static_cast<std::uint8_t>(*digit++)];
    seen |= high | low;
    byte = static_cast<std::uint8_t>(high << 4 | low);
  }
  if (seen > 0xf) return std::nullopt;
  return bytes;
}

IdBytes make_uuid_v7(WallTime now, Random& random) {
  IdBytes bytes{};
  random.fill(bytes);
  const auto millis = static_cast<std::uint64_t>(to_millis(now));
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(millis >> (8 * (5 - i)));
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x70);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return bytes;
}

std::string make_request_id(Random& random) {
  IdBytes bytes{};
  random.fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  // Every request pays for this, so the digits are put in place instead of appended.
  std::array<char, 40> text = {'r', 'e', 'q', '_'};
  char* at = text.data() + 4;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *at++ = '-';
    *at++ = kDigits.data()[bytes[i] >> 4];
    *at++ = kDigits.data()[bytes[i] & 0x0f];
  }
  return {text.data(), text.size()};
}

}  // namespace darkroom
