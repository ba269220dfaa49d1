// SHA-256 of texts that are kept or compared by their digest only.
// Threads: any.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace darkroom::account {

using Digest = std::array<std::uint8_t, 32>;

// Of the parts one after another; whoever needs to tell ("ab", "c") from ("a", "bc") puts a separator between them.
Digest sha256(std::initializer_list<std::string_view> parts);

}  // namespace darkroom::account
