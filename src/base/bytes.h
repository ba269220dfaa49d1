// Bytes on the move: a sink takes them as they come, a source gives them again for each attempt. Neither ever holds a
// whole picture. Threads: one user at a time; implementations say if more.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace darkroom {

using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}
inline std::string_view as_text(ByteView bytes) {
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual Status write(ByteView bytes) = 0;
};

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Exact length of everything read() will give.
  virtual std::uint64_t size() const = 0;
  // Fills up to into.size() bytes; 0 at the end.
  virtual Result<std::size_t> read(std::span<std::uint8_t> into) = 0;
  // Starts over, for a repeated send.
  virtual Status rewind() = 0;
};

}  // namespace darkroom
