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

constexpr std::size_t kTimeBytes = 6;

// RFC 9562: its first 48 bits are the milliseconds, the others random but for version and variant.
IdBytes make_uuid(unsigned version, WallTime now, Random& random) {
  IdBytes bytes{};
  random.fill(bytes);
  const auto millis = static_cast<std::uint64_t>(to_millis(now));
  for (std::size_t i = 0; i < kTimeBytes; ++i) bytes[i] = static_cast<std::uint8_t>(millis >> (8 * (5 - i)));
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | version << 4);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return bytes;
}

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

IdBytes make_uuid_v7(WallTime now, Random& random) { return make_uuid(7, now, random); }

RequestId make_request_id(WallTime now, Random& random) {
  const IdBytes bytes = make_uuid(4, now, random);
  RequestId id{{'r', 'e', 'q', '_'}};
  const std::span<const std::uint8_t> all = bytes;
  char* at = write_hex(all.first<4>(), id.text.data() + 4);
  for (const std::size_t from : {4UL, 6UL, 8UL}) {
    *at++ = '-';
    at = write_hex(all.subspan(from, 2), at);
  }
  *at++ = '-';
  write_hex(all.last<6>(), at);
  return id;
}

std::optional<WallTime> parse_request_time(std::string_view request_id) {
  constexpr std::string_view kPrefix = "req_";
  constexpr std::array<std::size_t, 4> kDashes = {8, 13, 18, 23};
  if (!request_id.starts_with(kPrefix)) return std::nullopt;
  std::string digits(request_id.substr(kPrefix.size()));
  for (std::size_t i = kDashes.size(); i-- > 0;) {
    if (digits.size() <= kDashes[i] || digits[kDashes[i]] != '-') return std::nullopt;
    digits.erase(kDashes[i], 1);
  }
  const auto bytes = parse_hex_id(digits);
  if (!bytes) return std::nullopt;
  std::int64_t millis = 0;
  for (std::size_t i = 0; i < kTimeBytes; ++i) millis = millis << 8 | (*bytes)[i];
  return from_millis(millis);
}

}  // namespace darkroom
