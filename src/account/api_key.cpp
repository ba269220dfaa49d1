#include "account/api_key.h"

#include <openssl/crypto.h>

#include <array>
#include <span>
#include <string>

#include "account/sha256.h"

namespace darkroom::account {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kLivePrefix = "rk_live_";
constexpr std::string_view kTestPrefix = "rk_test_";
constexpr std::size_t kPrefixLength = 8;
constexpr std::size_t kEntropyLength = 43;  // 62^43 is the first power of 62 above 2^256
constexpr std::size_t kChecksumLength = 6;  // 62^6 is the first above 2^32
constexpr std::size_t kKeyLength = kPrefixLength + kEntropyLength + kChecksumLength;
static_assert(kLivePrefix.size() == kPrefixLength && kTestPrefix.size() == kPrefixLength);

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1U) != 0 ? 0xEDB88320U : 0U);
    table[byte] = rest;
  }
  return table;
}
constexpr auto kCrcTable = make_crc_table();

// CRC-32 of IEEE 802.3.
constexpr std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : text) crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<std::uint8_t>(c)) & 0xFFU];
  return ~crc;
}
static_assert(crc32("123456789") == 0xCBF43926U);  // the check value every CRC catalogue gives

// Divides a number of 32-bit digits, most significant first, in place; gives the remainder.
std::uint32_t divide(std::span<std::uint32_t> number, std::uint32_t divisor) {
  std::uint64_t rest = 0;
  for (std::uint32_t& digit : number) {
    rest = (rest << 32) | digit;
    digit = static_cast<std::uint32_t>(rest / divisor);
    rest %= divisor;
  }
  return static_cast<std::uint32_t>(rest);
}

// Appends exactly `length` base62 digits, leading zeros kept; uses `number` up.
void append_base62(std::string& text, std::span<std::uint32_t> number, std::size_t length) {
  text.resize(text.size() + length);
  for (std::size_t i = 1; i <= length; ++i) {
    text[text.size() - i] = kAlphabet[divide(number, static_cast<std::uint32_t>(kAlphabet.size()))];
  }
}

void append_checksum(std::string& text) {
  std::uint32_t crc = crc32(text);
  append_base62(text, std::span(&crc, 1), kChecksumLength);
}

}  // namespace

NewApiKey make_api_key(ledger::Book book, Random& random) {
  // The 256 bits are read as one number: every key is equally likely, and no digit is skewed by a remainder of its own.
  std::array<std::uint32_t, 8> entropy{};
  random.fill(std::span(reinterpret_cast<std::uint8_t*>(entropy.data()), sizeof(entropy)));

  std::string text;
  text.reserve(kKeyLength);  // no growth, so no copy of a part of the key stays behind
  text += book == ledger::Book::live ? kLivePrefix : kTestPrefix;
  append_base62(text, entropy, kEntropyLength);
  OPENSSL_cleanse(entropy.data(), sizeof(entropy));
  append_checksum(text);

  NewApiKey key;
  key.hash = hash_api_key(text);
  key.last4 = text.substr(kKeyLength - 4);
  key.text = Secret(std::move(text));
  return key;
}

KeyHash hash_api_key(std::string_view text) { return sha256({text}); }

std::optional<ledger::Book> recognise_api_key(std::string_view text) {
  if (text.size() != kKeyLength) return std::nullopt;
  const bool live = text.starts_with(kLivePrefix);
  if (!live && !text.starts_with(kTestPrefix)) return std::nullopt;
  if (text.find_first_not_of(kAlphabet, kPrefixLength) != std::string_view::npos) return std::nullopt;

  std::string expected(text.substr(0, kKeyLength - kChecksumLength));
  append_checksum(expected);
  const bool matches = expected == text;
  OPENSSL_cleanse(expected.data(), expected.size());
  if (!matches) return std::nullopt;
  return live ? ledger::Book::live : ledger::Book::test;
}

}  // namespace darkroom::account
