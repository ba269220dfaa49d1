#include "people/password.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "base/check.h"

namespace darkroom::people {
namespace {

// Every byte of UTF-8 but those that go on with a character.
std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

Status check_new_password(const Secret& password, std::string_view field) {
  if (count_characters(password.reveal()) < kFewestPasswordCharacters) {
    return fail(Code::invalid_parameter,
                fmt::format("{} must have at least {} characters", field, kFewestPasswordCharacters),
                std::string(field));
  }
  if (password.reveal().size() > kMostPasswordBytes) {
    return fail(Code::invalid_parameter, fmt::format("{} must have at most {} bytes", field, kMostPasswordBytes),
                std::string(field));
  }
  return {};
}

Result<Secret> hash_password(const Secret& password) {
  DR_CHECK(sodium_init() >= 0);  // once; later calls do nothing
  char hash[crypto_pwhash_STRBYTES];
  const std::string_view text = password.reveal();
  if (crypto_pwhash_str_alg(hash, text.data(), text.size(), kPasswordPasses, kPasswordMemoryBytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return fail(Code::unavailable, "not enough memory to hash a password");
  }
  return Secret(std::string(hash));
}

const Secret& nobodys_hash() {
  static const Secret hash = [] {
    char random[32];
    randombytes_buf(random, sizeof(random));
    Result<Secret> made = hash_password(Secret(std::string(random, sizeof(random))));
    DR_CHECK(made.has_value());
    return std::move(*made);
  }();
  return hash;
}

bool is_password(const Secret& hash, const Secret& password) {
  const std::string known(hash.empty() ? nobodys_hash().reveal() : hash.reveal());
  const std::string_view text = password.reveal();
  return text.size() <= kMostPasswordBytes && crypto_pwhash_str_verify(known.c_str(), text.data(), text.size()) == 0 &&
         !hash.empty();
}

}  // namespace darkroom::people
