#include "webhook/signature.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <span>
#include <vector>

#include "base/check.h"

namespace darkroom::webhook {
namespace {

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::size_t kSecretBytes = 32;

std::string print_base64(std::span<const std::uint8_t> bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a zero
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.pop_back();
  return text;
}

std::vector<std::uint8_t> parse_base64(std::string_view text) {
  std::vector<std::uint8_t> bytes(text.size() / 4 * 3);
  const int length =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  DR_CHECK(length >= 0);
  // OpenSSL counts the padding as zero bytes.
  const std::size_t padding = text.ends_with("==") ? 2 : (text.ends_with("=") ? 1 : 0);
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

}  // namespace

Secret make_secret(Random& random) {
  std::array<std::uint8_t, kSecretBytes> bytes{};
  random.fill(bytes);
  std::string text = print_base64(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  text.insert(0, kSecretPrefix);
  return Secret(std::move(text));
}

std::string sign(const Secret& secret, std::string_view id, std::int64_t unix_seconds, std::string_view body) {
  DR_CHECK(secret.reveal().starts_with(kSecretPrefix));
  std::vector<std::uint8_t> key = parse_base64(secret.reveal().substr(kSecretPrefix.size()));
  const std::string text = fmt::format("{}.{}.{}", id, unix_seconds, body);
  std::array<std::uint8_t, 32> digest{};
  unsigned int length = 0;
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &length);
  OPENSSL_cleanse(key.data(), key.size());
  DR_CHECK(made != nullptr && length == digest.size());
  return "v1," + print_base64(digest);
}

std::string sign_all(const Endpoint& endpoint, std::string_view id, WallTime now, std::string_view body) {
  const std::int64_t unix_seconds = to_unix_seconds(now);
  std::string signatures = sign(endpoint.secret, id, unix_seconds, body);
  if (endpoint.former_until && now < *endpoint.former_until) {
    signatures += ' ';
    signatures += sign(endpoint.former_secret, id, unix_seconds, body);
  }
  return signatures;
}

}  // namespace darkroom::webhook
