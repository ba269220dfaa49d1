#include "people/digest.h"

#include <sodium.h>

#include <algorithm>
#include <string>

namespace darkroom::people {
namespace {

constexpr std::size_t kTokenBytes = 32;

std::string print_base64url(std::span<const std::uint8_t> bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kVariant);
  text.pop_back();  // the length counts a NUL
  return text;
}

}  // namespace

Digest sha256(std::initializer_list<std::string_view> parts) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (const std::string_view part : parts) {
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  }
  Digest digest{};
  crypto_hash_sha256_final(&state, digest.data());
  return digest;
}

std::string print_hex(const Digest& digest) {
  std::string text(digest.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
  text.pop_back();
  return text;
}

Secret make_token(Random& random) {
  std::array<std::uint8_t, kTokenBytes> bytes{};
  random.fill(bytes);
  Secret token(print_base64url(bytes));
  sodium_memzero(bytes.data(), bytes.size());
  return token;
}

Digest digest_of(const Secret& token) { return sha256({token.reveal()}); }

bool are_equal(std::string_view one, std::string_view other) {
  return one.size() == other.size() && sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace darkroom::people
