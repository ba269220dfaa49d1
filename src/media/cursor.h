// Cursor: reads numbers out of a file's bytes and cannot leave them, which is what a parser of hostile bytes needs.
// Threads: one; a value.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace darkroom::media {

// A read beyond the end marks it as short and gives zero.
class Cursor {
 public:
  explicit Cursor(ByteView bytes, std::size_t at = 0) : bytes_(bytes), at_(at) {}

  bool short_read() const { return short_; }
  std::size_t at() const { return at_; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(big_endian(1)); }
  std::uint32_t big_endian(int count) {
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 8 | next();
    return value;
  }
  std::uint32_t little_endian(int count) {
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i) value |= static_cast<std::uint32_t>(next()) << (8 * i);
    return value;
  }
  void skip(std::uint64_t count) {
    if (count > bytes_.size() - at_) {
      short_ = true;
      at_ = bytes_.size();
    } else {
      at_ += static_cast<std::size_t>(count);
    }
  }
  bool starts_with(std::string_view text) const { return as_text(bytes_.subspan(at_)).starts_with(text); }
  // Moves to the next `wanted`; false, and at the end, if there is none.
  bool seek(std::uint8_t wanted) {
    const auto rest = bytes_.subspan(at_);
    const auto found = std::ranges::find(rest, wanted);
    at_ += static_cast<std::size_t>(found - rest.begin());
    return found != rest.end();
  }

 private:
  std::uint8_t next() {
    if (at_ == bytes_.size()) {
      short_ = true;
      return 0;
    }
    return bytes_[at_++];
  }

  ByteView bytes_;
  std::size_t at_;
  bool short_ = false;
};

}  // namespace darkroom::media
