// Small questions about texts that more than one folder asks. Threads: pure functions.
#pragma once

#include <string_view>

namespace darkroom {

inline constexpr std::string_view kBlanks = " \t";  // within a line, and what HTTP calls optional white space
inline constexpr std::string_view kBlanksAndLineEnds = " \t\r\n";

// Without `blanks` at both ends.
constexpr std::string_view trim(std::string_view text, std::string_view blanks = kBlanks) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace darkroom
