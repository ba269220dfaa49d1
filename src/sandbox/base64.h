// Base64 (RFC 4648, section 4) for whole strings, as the vendors' inline pictures need it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace darkroom::sandbox {

// Appends the encoding of `bytes`, padded.
void append_base64(std::string& out, std::string_view bytes);
// Nothing for a wrong length, alphabet or padding.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace darkroom::sandbox
