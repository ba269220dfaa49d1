// Times as text: RFC 3339 for JSON, the date of HTTP headers.
// Threads: free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace darkroom {

// "2026-05-12T08:49:37.123Z"
std::string print_rfc3339(WallTime time);
// The same, with or without fractions of a second (cut to milliseconds), with Z or an offset such as +02:00; or a date
// alone, its midnight in UTC. Nothing for any other text.
std::optional<WallTime> parse_rfc3339(std::string_view text);
// "Tue, 12 May 2026 08:49:37 GMT"
std::string print_http_date(WallTime time);

}  // namespace darkroom
