#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace darkroom {

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "darkroom: broken invariant: %s (%s:%d)\n", expression, file, line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace darkroom
