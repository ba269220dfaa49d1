// Base64 by OpenSSL, for what the program's own coder and decoder are compared with.
#pragma once

#include <openssl/evp.h>

#include <string>
#include <string_view>

namespace darkroom::test {

inline std::string base64(std::string_view plain) {
  std::string text((plain.size() + 2) / 3 * 4 + 1, '\0');  // and the NUL that is written behind it
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(plain.data()), static_cast<int>(plain.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace darkroom::test
