// API keys: `rk_live_` or `rk_test_`, 43 base62 characters of entropy (256 bits), 6 base62 characters of CRC-32 over
// all that stands before. Only the SHA-256 of the whole text is ever stored; the text is shown once.
// Threads: free functions, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "account/account.h"
#include "base/random.h"
#include "base/secret.h"

namespace darkroom::account {

struct NewApiKey {
  Secret text;
  KeyHash hash{};
  std::string last4;
};

NewApiKey make_api_key(ledger::Book book, Random& random);
KeyHash hash_api_key(std::string_view text);
// The book that a well-formed key (prefix, alphabet, length, checksum) belongs to; nullopt for any other text.
std::optional<ledger::Book> recognise_api_key(std::string_view text);

}  // namespace darkroom::account
