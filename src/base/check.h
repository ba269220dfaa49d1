// DR_CHECK: an invariant that holds or ends the process, in release builds too. Ending is safe: every step is a
// transaction, and the next start resumes from the store.
#pragma once

namespace darkroom {

// Prints what failed and where to stderr, then aborts.
[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace darkroom

#define DR_CHECK(condition)                                     \
  do {                                                          \
    if (!(condition)) [[unlikely]]                              \
      ::darkroom::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
