// Times as text: RFC 3339 for JSON, the date of HTTP headers.
// Threads: free functions.
#pragma once

#include <string>

#include "base/clock.h"

namespace darkroom {

// "2026-05-12T08:49:37.123Z"
std::string print_rfc3339(WallTime time);
// "Tue, 12 May 2026 08:49:37 GMT"
std::string print_http_date(WallTime time);

}  // namespace darkroom
