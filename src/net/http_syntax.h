// The character classes of HTTP messages (RFC 9110, RFC 9112), each as one question about a text.
// Threads: pure functions.
#pragma once

#include <string_view>

namespace darkroom::net {

// A method or a field name: at least one byte, no blank, no separator.
bool is_token(std::string_view text);
// How many bytes at the start of the text a token may hold.
std::size_t token_length(std::string_view text);
// A host with or without a port, as in the Host field. Not resolved, not normalised.
bool is_host(std::string_view text);
// Well-formed: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace darkroom::net
