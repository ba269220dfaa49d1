// A service account of Google's cloud: what its key file says, and the exchange of a signed statement for a token that
// lasts an hour (RFC 7523, section 2.1). Only texts are made and read here; engine/token_source carries them.
// Threads: values and free functions. Fails with Code::bad_config for a key file, never quoting it.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace darkroom::net {

struct ServiceAccount {
  std::string client_email;
  std::string private_key_id;  // may be empty
  Secret private_key;          // PEM, PKCS#8
  std::string token_uri;       // the operator's, so trusted: http or https
};

// The JSON text of a key file.
Result<ServiceAccount> parse_service_account(std::string_view key_file);

// A JWT signed with RS256 that says who asks and for what, valid for an hour from `now`.
Result<std::string> make_assertion(const ServiceAccount& account, WallTime now);
// The form that asks for the token; its content type is application/x-www-form-urlencoded.
std::string make_token_request(std::string_view assertion);

struct Token {
  Secret text;
  seconds lasts{0};
};
// Why there is no token. `account_is_bad`: asking again with this key file is useless.
struct TokenRefusal {
  bool account_is_bad = false;
  std::string reason;  // ours or an error's own word, fit for a log line
};
std::expected<Token, TokenRefusal> read_token_answer(int status, std::string_view body);

}  // namespace darkroom::net
