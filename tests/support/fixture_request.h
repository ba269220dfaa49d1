// A request as a fixture server has read it; just enough parsing for what our own client sends.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/http_message.h"

namespace darkroom::test {

struct FixtureRequest {
  std::string method;
  std::string target;
  std::vector<http::Header> headers;
  std::string body;

  std::string header(std::string_view name) const { return std::string(http::find_header(headers, name).value_or("")); }
};

// `head` is everything before the empty line.
inline FixtureRequest parse_request_head(const std::string& head) {
  FixtureRequest request;
  std::size_t line_start = head.find("\r\n");
  const std::string first = head.substr(0, line_start);
  request.method = first.substr(0, first.find(' '));
  request.target = first.substr(first.find(' ') + 1, first.rfind(' ') - first.find(' ') - 1);
  while (line_start != std::string::npos) {
    const std::size_t next = head.find("\r\n", line_start + 2);
    const std::string line = head.substr(line_start + 2, next == std::string::npos ? next : next - line_start - 2);
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) request.headers.push_back({line.substr(0, colon), line.substr(colon + 2)});
    line_start = next;
  }
  return request;
}

}  // namespace darkroom::test
