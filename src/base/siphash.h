// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein): a keyed hash of short texts. For whoever does not know
// the key its values cannot be told from random ones, so nobody can choose texts that collide.
// Threads: a pure function.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace darkroom {

using SipKey = std::array<std::uint64_t, 2>;
using SipTag = std::array<std::uint64_t, 2>;

SipTag siphash(const SipKey& key, std::string_view text);

}  // namespace darkroom
