// BodySource: a request body made of parts: text, an open file as it is, an open file as base64. Its exact length is
// known before the first byte is read, and no part that comes from a file is ever whole in memory. Threads: one at a
// time. Files stay open as long as the source lives. Fails with Code::io_failed.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/http_message.h"

namespace darkroom::net {

class BodySource final : public ByteSource {
 public:
  void add_text(std::string text);
  void add_file(http::FileRange range);
  // Standard alphabet, padded, no line breaks.
  void add_base64(http::FileRange range);

  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read(std::span<std::uint8_t> into) override;
  Status rewind() override;

 private:
  struct Part {
    std::variant<std::string, http::FileRange> content;
    bool is_base64 = false;
    std::uint64_t size_bytes = 0;  // as sent
  };

  Result<std::size_t> read_part(const Part& part, std::span<std::uint8_t> into);
  Status encode_next(const http::FileRange& range);

  std::vector<Part> parts_;
  std::uint64_t size_ = 0;
  std::size_t current_ = 0;        // the part being read
  std::uint64_t offset_ = 0;       // bytes of it already given
  std::string encoded_;            // a window of the current base64 part
  std::uint64_t encoded_end_ = 0;  // where the window ends in the encoded part
};

}  // namespace darkroom::net
