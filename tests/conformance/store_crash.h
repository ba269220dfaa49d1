// The process that the crash tests kill: it submits tasks as fast as it can, writes the id of each acknowledged one to
// its standard output, and kills itself after so many acknowledgements, from within the store's own thread.
#pragma once

#include <string>
#include <string_view>

namespace darkroom::test {

inline constexpr std::string_view kWriteUntilKilled = "--write-until-killed";

[[noreturn]] void write_until_killed(const std::string& path, std::string_view acknowledgements);

}  // namespace darkroom::test
