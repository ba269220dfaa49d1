#include "net/service_account.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>

#include "base/json.h"

namespace darkroom::net {
namespace {

constexpr std::string_view kScope = "https://www.googleapis.com/auth/cloud-platform";
constexpr seconds kAssertionLasts{3600};  // the longest that is taken
constexpr std::size_t kMostWordBytes = 64;

struct OpensslFree {
  void operator()(BIO* memory) const { BIO_free(memory); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using PrivateKey = std::unique_ptr<EVP_PKEY, OpensslFree>;

// RFC 4648, section 5, without padding.
std::string base64url(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // and the NUL that is written behind it
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

PrivateKey read_private_key(const Secret& pem) {
  const std::string_view text = pem.reveal();
  const std::unique_ptr<BIO, OpensslFree> memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  // An empty passphrase instead of a question on the terminal.
  return PrivateKey(memory ? PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, const_cast<char*>("")) : nullptr);
}

// RSASSA-PKCS1-v1_5 with SHA-256; empty if it cannot be done.
std::string sign(EVP_PKEY* key, std::string_view text) {
  const std::unique_ptr<EVP_MD_CTX, OpensslFree> context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t length = 0;
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &length, bytes, text.size()) != 1) {
    return {};
  }
  std::string signature(length, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length, bytes, text.size()) !=
      1) {
    return {};
  }
  signature.resize(length);
  return signature;
}

// An error's word, fit for a log line; else the status.
std::string print_error(const json::object& tree, int status) {
  const std::string word = json::get_string(tree, "error");
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const bool good = !word.empty() && word.size() <= kMostWordBytes && std::ranges::all_of(word, plain);
  return good ? word : fmt::format("http_{}", status);
}

}  // namespace

Result<ServiceAccount> parse_service_account(std::string_view key_file) {
  const auto tree = json::parse_object(key_file);
  if (!tree) return fail(Code::bad_config, "the key file of a service account is no JSON object");
  ServiceAccount account;
  account.client_email = json::get_string(*tree, "client_email");
  account.private_key_id = json::get_string(*tree, "private_key_id");
  account.private_key = Secret(json::get_string(*tree, "private_key"));
  account.token_uri = json::get_string(*tree, "token_uri");
  for (const auto& [name, there] : {std::pair("client_email", !account.client_email.empty()),
                                    std::pair("private_key", !account.private_key.empty()),
                                    std::pair("token_uri", account.token_uri.starts_with("http"))}) {
    if (there) continue;
    return fail(Code::bad_config, fmt::format("the key file of a service account has no usable {}", name));
  }
  const PrivateKey key = read_private_key(account.private_key);
  if (!key || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) {
    return fail(Code::bad_config, "the private_key of a service account is no RSA key in PEM");
  }
  return account;
}

Result<std::string> make_assertion(const ServiceAccount& account, WallTime now) {
  json::object header{{"alg", "RS256"}, {"typ", "JWT"}};
  if (!account.private_key_id.empty()) header["kid"] = account.private_key_id;
  const std::int64_t issued = to_unix_seconds(now);
  const json::object claims{{"iss", account.client_email},
                            {"scope", kScope},
                            {"aud", account.token_uri},
                            {"iat", issued},
                            {"exp", issued + kAssertionLasts.count()}};
  std::string text = base64url(json::print(header)) + "." + base64url(json::print(claims));
  const PrivateKey key = read_private_key(account.private_key);
  const std::string signature = key ? sign(key.get(), text) : std::string();
  if (signature.empty()) return fail(Code::internal, "a service account's statement cannot be signed");
  return text + "." + base64url(signature);
}

std::string make_token_request(std::string_view assertion) {
  // An assertion has no character that a form would escape.
  return fmt::format("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={}", assertion);
}

std::expected<Token, TokenRefusal> read_token_answer(int status, std::string_view body) {
  const auto tree = json::parse_object(body);
  if (status >= 500 || status == 429 || status == 408) {
    return std::unexpected(TokenRefusal{false, fmt::format("http_{}", status)});
  }
  if (status != 200) {
    return std::unexpected(TokenRefusal{true, tree ? print_error(*tree, status) : fmt::format("http_{}", status)});
  }
  std::string text = tree ? json::get_string(*tree, "access_token") : std::string();
  const std::int64_t lasts = tree ? json::get_int(*tree, "expires_in") : 0;
  const auto printable = [](char c) { return c > ' ' && c < 0x7f; };
  if (text.empty() || !std::ranges::all_of(text, printable) || lasts <= 0) {
    return std::unexpected(TokenRefusal{false, "no token in the answer"});
  }
  constexpr std::int64_t kDay = 86'400;
  return Token{Secret(std::move(text)), seconds(std::min(lasts, kDay))};
}

}  // namespace darkroom::net
