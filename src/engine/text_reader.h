// TextReader: the whole body of a small answer. The client's limit bounds it. Threads: a client thread until the call
// is done, then its owner's.
#pragma once

#include <string>
#include <vector>

#include "net/http_client.h"

namespace darkroom::engine {

class TextReader final : public net::ResponseReader {
 public:
  Status on_head(int, const std::vector<http::Header>&) override { return {}; }
  Status on_body(ByteView bytes) override {
    text_ += as_text(bytes);
    return {};
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace darkroom::engine
