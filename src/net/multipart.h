// MultipartParser: a multipart/form-data body (RFC 7578) as it arrives, without keeping it: the parts are told to a
// PartSink piece by piece. One grammar only: no preamble, no epilogue beyond two line ends, no padding after a
// boundary, no transfer encodings; the result does not depend on how the bytes are cut. Threads: a value, one at a
// time. Holds at most one piece of input and a part's header. Fails with Code::bad_form, or with what the sink says;
// that is final.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace darkroom::net {

struct MultipartLimits {
  std::size_t parts = 64;
  std::size_t header_bytes = 4 << 10;  // of one part
};

struct PartHead {
  std::string name;          // of the form's field
  bool is_file = false;      // it came with a file name, which nobody needs
  std::string content_type;  // as sent; empty if it was not
};

class PartSink {
 public:
  virtual ~PartSink() = default;
  virtual Status begin_part(PartHead head) = 0;
  virtual Status write_part(std::string_view bytes) = 0;
  virtual Status end_part() = 0;
};

// The boundary named by a Content-Type of multipart/form-data; unsupported_media_type for another type, bad_form for a
// boundary that RFC 2046 does not allow.
Result<std::string> parse_form_boundary(std::string_view content_type);

class MultipartParser {
 public:
  // `sink` outlives the parser.
  MultipartParser(std::string_view boundary, const MultipartLimits& limits, PartSink& sink);

  Status feed(std::string_view bytes);
  // After the last byte: was the form complete?
  Status finish();

 private:
  enum class Step : std::uint8_t { first_delimiter, after_delimiter, header, content, epilogue, failed };

  // Each takes what it can from the front of buffer_ and says whether to go on.
  Result<bool> take_first_delimiter();
  Result<bool> take_after_delimiter();
  Result<bool> take_header_line();
  Result<bool> take_content();
  Result<bool> take_epilogue();
  Result<bool> take();
  Status read_header_line(std::string_view line);
  Status begin_content();

  MultipartLimits limits_;
  PartSink& sink_;
  std::string delimiter_;  // line end, two dashes, boundary
  Step step_ = Step::first_delimiter;
  std::string buffer_;  // bytes that are not taken yet
  std::size_t parts_ = 0;
  std::size_t header_bytes_ = 0;
  bool has_disposition_ = false;
  PartHead head_;
};

}  // namespace darkroom::net
