#include "net/http_syntax.h"

#include <array>

namespace darkroom::net {
namespace {

using ByteSet = std::array<bool, 256>;

constexpr ByteSet alphanumeric_and(std::string_view others) {
  ByteSet set{};
  for (unsigned c = '0'; c <= '9'; ++c) set[c] = true;
  for (unsigned c = 'a'; c <= 'z'; ++c) set[c] = set[c - 'a' + 'A'] = true;
  for (const char c : others) set[static_cast<unsigned char>(c)] = true;
  return set;
}

constexpr ByteSet kTokenBytes = alphanumeric_and("!#$%&'*+-.^_`|~");
constexpr ByteSet kHostBytes = alphanumeric_and("-._~%!$&'()*+;=:[]");  // RFC 3986 3.2.2 and the port

// How many bytes at the start are of the set.
std::size_t length_of(const ByteSet& set, std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end && set.data()[static_cast<unsigned char>(*at)]) ++at;
  return static_cast<std::size_t>(at - text.data());
}

bool has_only(const ByteSet& set, std::string_view text) {
  return !text.empty() && length_of(set, text) == text.size();
}

// Of the character that begins with this byte; 0 for a byte that begins none.
std::size_t utf8_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

}  // namespace

bool is_token(std::string_view text) { return has_only(kTokenBytes, text); }
std::size_t token_length(std::string_view text) { return length_of(kTokenBytes, text); }
bool is_host(std::string_view text) { return has_only(kHostBytes, text); }

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = utf8_length(lead);
    if (length == 0 || text.size() - i < length) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    }
    const auto second = length > 1 ? static_cast<unsigned char>(text[i + 1]) : 0U;
    // Overlong forms, surrogates and what lies beyond U+10FFFF.
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) ||
        (lead == 0xf4 && second > 0x8f)) {
      return false;
    }
    i += length;
  }
  return true;
}

}  // namespace darkroom::net
