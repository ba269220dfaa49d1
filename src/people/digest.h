// SHA-256 and random tokens. A token is shown once, to whom it is for; what is kept of it is its digest.
// Threads: any.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "base/random.h"
#include "base/secret.h"

namespace darkroom::people {

using Digest = std::array<std::uint8_t, 32>;

// Of the parts one after another; whoever needs to tell ("ab", "c") from ("a", "bc") writes lengths between them.
Digest sha256(std::initializer_list<std::string_view> parts);
std::string print_hex(const Digest& digest);

// 256 random bits as 43 characters of base64url.
Secret make_token(Random& random);
// What is kept of a token. Texts of another form have a digest too: it is nobody's.
Digest digest_of(const Secret& token);

// In a time that tells nothing about where the two differ.
bool are_equal(std::string_view one, std::string_view other);

}  // namespace darkroom::people
