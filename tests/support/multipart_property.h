// What must hold for every text given to the form parser: the same verdict and the same parts however it is cut, and no
// part holds more than the text. Shared by the fuzz target and by the test that replays its corpus.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/check.h"
#include "net/multipart.h"

namespace darkroom::test {

// The parts as text, so that two readings can be compared.
class PartLog final : public net::PartSink {
 public:
  Status begin_part(net::PartHead head) override {
    DR_CHECK(!open_);
    open_ = true;
    text += head.name + (head.is_file ? " file " : " field ") + head.content_type + "\n";
    return {};
  }
  Status write_part(std::string_view bytes) override {
    DR_CHECK(open_ && !bytes.empty());
    content_bytes += bytes.size();
    text += bytes;
    return {};
  }
  Status end_part() override {
    DR_CHECK(open_);
    open_ = false;
    text += "\nend\n";
    return {};
  }
  std::string text;
  std::size_t content_bytes = 0;

 private:
  bool open_ = false;
};

inline std::string read_form(std::string_view text, std::size_t piece_bytes) {
  net::MultipartLimits limits;
  limits.parts = 8;
  limits.header_bytes = 256;
  PartLog log;
  net::MultipartParser parser("x", limits, log);
  const std::size_t offered = text.size();
  Status status;
  while (status && !text.empty()) {
    status = parser.feed(text.substr(0, piece_bytes));
    text.remove_prefix(std::min(piece_bytes, text.size()));
  }
  if (status) status = parser.finish();
  DR_CHECK(log.content_bytes <= offered);
  return status ? log.text : status.error().message;
}

// The boundary is "x".
inline void check_multipart(std::string_view text) {
  const std::string whole = read_form(text, std::max<std::size_t>(1, text.size()));
  for (const std::size_t piece_bytes : {1u, 2u, 7u}) DR_CHECK(read_form(text, piece_bytes) == whole);
  const auto boundary = net::parse_form_boundary(text);
  DR_CHECK(!boundary || (!boundary->empty() && boundary->size() <= 70));
}

}  // namespace darkroom::test
