// Signatures after Standard Webhooks 1.0.0: "v1," and the base64 of HMAC-SHA256 over "<id>.<unix seconds>.<body>".
// Threads: free functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/secret.h"
#include "webhook/endpoint.h"

namespace darkroom::webhook {

// "whsec_" and 32 random bytes in base64.
Secret make_secret(Random& random);

// The secret must be of the form that make_secret() gives.
std::string sign(const Secret& secret, std::string_view id, std::int64_t unix_seconds, std::string_view body);

// The value of webhook-signature: one signature, or two with a blank between them while a former secret is valid.
std::string sign_all(const Endpoint& endpoint, std::string_view id, WallTime now, std::string_view body);

}  // namespace darkroom::webhook
