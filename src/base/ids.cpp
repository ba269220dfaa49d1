#include "base/ids.h"

namespace darkroom {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

// The two digits of every byte, one pair after another.
constexpr std::array<char, 512> make_digit_pairs() {
  std::array<char, 512> pairs{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    pairs[2 * byte] = kDigits[byte >> 4];
    pairs[2 * byte + 1] = kDigits[byte & 0x0f];
  }
  return pairs;
}
constexpr auto kDigitPairs = make_digit_pairs();

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

char* write_hex(std::span<const std::uint8_t> bytes, char* at) {
  for (const std::uint8_t byte : bytes) {
    const char* pair = kDigitPairs.data() + 2 * std::size_t{byte};
    *at++ = pair[0];
    *at++ = pair[1];
  }
  return at;
}

std::string to_hex(const IdBytes& bytes) {
  std::string text(bytes.size() * 2, '0');
  write_hex(bytes, text.data());
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

RequestId make_request_id(Random& random) {
  IdBytes bytes{};
  random.fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  RequestId id{{'r', 'e', 'q', '_'}};
  const std::span<const std::uint8_t> all = bytes;
  char* at = write_hex(all.first<4>(), id.text.data() + 4);
  for (const std::size_t from : {4, 6, 8}) {
    *at++ = '-';
    at = write_hex(all.subspan(from, 2), at);
  }
  *at++ = '-';
  write_hex(all.last<6>(), at);
  return id;
}

}  // namespace darkroom
