// Base64Decoder: decodes a base64 text that arrives in pieces of any size and passes the bytes on in large ones.
// Standard alphabet, padding required and only at the end, no blanks. Threads: one at a time.
// Fails with Code::bad_json for a text that is not base64, or with the sink's own error.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace darkroom::net {

class Base64Decoder {
 public:
  // `limit_bytes` bounds what is passed on.
  Base64Decoder(ByteSink& sink, std::uint64_t limit_bytes);
  Status write(std::string_view text);
  // Passes the rest on; an error if the text stops in the middle of a group.
  Status finish();

 private:
  Status decode(std::string_view groups);
  Status flush();

  ByteSink& sink_;
  std::uint64_t limit_bytes_;
  std::uint64_t passed_bytes_ = 0;
  std::array<char, 4> carry_{};  // the start of a group whose end has not arrived
  std::size_t carried_ = 0;
  bool is_padded_ = false;  // nothing may follow
  std::vector<std::uint8_t> out_;
  std::size_t out_bytes_ = 0;
};

}  // namespace darkroom::net
