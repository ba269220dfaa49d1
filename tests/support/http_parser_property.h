// The property that the fuzzer looks for a counterexample of: whatever the bytes, the parser's result does not depend
// on how they are cut. Shared by the fuzz target and by the test that replays its corpus.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "net/http_parser.h"

namespace darkroom::test {

// Everything that the parser made of a stream of requests, as text, so that two readings can be compared.
inline std::string read_requests(std::string_view bytes, std::span<const std::size_t> cuts) {
  constexpr std::size_t kRequests = 8;
  net::ParserLimits limits;
  limits.header_bytes = 1024;
  limits.header_fields = 16;
  limits.target_bytes = 256;
  limits.body_bytes = 512;
  net::HttpParser parser(limits);
  std::string seen;
  std::size_t requests = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    const std::size_t end = i < cuts.size() ? cuts[i] : bytes.size();
    std::string_view piece = bytes.substr(begin, end - begin);
    begin = end;
    while (!piece.empty() && requests < kRequests) {
      piece.remove_prefix(parser.feed(piece));
      if (parser.state() == net::HttpParser::State::failed) {
        return seen + "failed " + std::to_string(parser.failure().status) + " " + std::string(parser.failure().message);
      }
      if (parser.state() != net::HttpParser::State::complete) continue;
      http::Request& request = parser.request();
      seen += request.method + " " + request.path + " " + request.query + "\n";
      seen += request.headers.text();
      seen += request.body + (parser.keep_alive() ? "\nopen\n" : "\nclose\n");
      DR_CHECK(request.body.size() <= limits.body_bytes && request.headers.size() <= limits.header_fields);
      parser.next();
      ++requests;
    }
  }
  return seen;
}

// The first two bytes say where to cut, the rest is the stream.
inline void check_http_request(std::string_view input) {
  if (input.size() < 2) return;
  const std::string_view bytes = input.substr(2);
  const std::string whole = read_requests(bytes, {});
  std::vector<std::size_t> cuts = {static_cast<unsigned char>(input[0]) % (bytes.size() + 1),
                                   static_cast<unsigned char>(input[1]) % (bytes.size() + 1)};
  if (cuts[0] > cuts[1]) std::swap(cuts[0], cuts[1]);
  DR_CHECK(read_requests(bytes, cuts) == whole);
  cuts.clear();
  for (std::size_t i = 1; i < bytes.size(); ++i) cuts.push_back(i);
  DR_CHECK(read_requests(bytes, cuts) == whole);
}

}  // namespace darkroom::test
