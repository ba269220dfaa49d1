// Terminal: where a command's data and talk go. Data on `out`, talk on `err`, so that a pipe gets the data alone.
// Threads: one. Tests pass string streams.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::app {

struct Terminal {
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;  // progress may redraw its line
  bool color = false;            // on `out`; never with NO_COLOR

  // What the process was started with.
  static Terminal of_process();
};

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;
inline constexpr int kUnreachable = 3;

// Rows under a header, columns as wide as their widest cell and two spaces apart.
std::string print_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);

}  // namespace darkroom::app
