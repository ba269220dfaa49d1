// The Range header, as far as files need it: one range of bytes.
// Threads: pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace darkroom::api {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};
struct WholeFile {
  friend bool operator==(const WholeFile&, const WholeFile&) = default;
};
struct Unsatisfiable {
  friend bool operator==(const Unsatisfiable&, const Unsatisfiable&) = default;
};
using RangeChoice = std::variant<WholeFile, ByteRange, Unsatisfiable>;

// RFC 9110 14.2: another unit, several ranges or a malformed header mean the whole file; a range that starts behind the
// end is unsatisfiable.
RangeChoice choose_range(std::optional<std::string_view> header, std::uint64_t size_bytes);

}  // namespace darkroom::api
