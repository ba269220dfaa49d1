// Passwords: what one must be, and Argon2id over it. Hashing and checking take some 40 ms and 19 MiB each, so they
// belong on a thread that may block, a few at a time.
// Threads: any. Source of the cost: the OWASP password storage cheat sheet, Argon2id with m = 19 MiB, t = 2, p = 1.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace darkroom::people {

inline constexpr std::size_t kFewestPasswordCharacters = 10;  // code points
inline constexpr std::size_t kMostPasswordBytes = 1024;
inline constexpr unsigned long long kPasswordPasses = 2;
inline constexpr std::size_t kPasswordMemoryBytes = 19 << 20;

// invalid_parameter, the field named.
Status check_new_password(const Secret& password, std::string_view field);

// The PHC text, "$argon2id$v=19$m=19456,t=2,p=1$…". unavailable when there is not enough memory.
Result<Secret> hash_password(const Secret& password);
// Of a random text that nobody kept, at the cost of the others.
const Secret& nobodys_hash();
// Against `hash`, or, where there is none, against nobodys_hash(): that takes the same time.
bool is_password(const Secret& hash, const Secret& password);

}  // namespace darkroom::people
