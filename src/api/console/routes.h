// The table of the console's routes. Threads: add_console_routes before the server starts. `services` must outlive the
// router.
#pragma once

#include <span>

#include "api/console/area.h"

namespace darkroom::api::console {

inline constexpr std::string_view kPrefix = "/api/console";

std::span<const Route> console_routes();
void add_console_routes(net::Router& router, const ConsoleServices& services);

}  // namespace darkroom::api::console
