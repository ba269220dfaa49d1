// RequestLog: how often each endpoint was asked, for tests that must know what a gateway really sent.
// Threads: any. Remembers the 10,000 endpoints that were asked lately.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "base/http_message.h"
#include "base/json.h"
#include "sandbox/lru.h"

namespace darkroom::sandbox {

class RequestLog {
 public:
  // `kind` is the adapter whose vendor was asked; the path is the vendor's own.
  void note(std::string_view kind, const http::Request& request);
  // [{"kind", "method", "path", "count"}], the lately asked first.
  json::array print();

 private:
  static constexpr std::uint64_t kRemembered = 10'000;
  struct Row {
    std::string kind;
    std::string method;
    std::string path;
    std::uint64_t count = 0;
  };
  Guarded<Lru<Row>> rows_{kRemembered};
};

}  // namespace darkroom::sandbox
