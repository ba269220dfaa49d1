// The tables of the console's routes, and their description for GET /api/console/openapi.json.
// Threads: add_console_routes before the server starts. `services` must outlive the router.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "api/console/area.h"
#include "api/openapi.h"

namespace darkroom::api::console {

inline constexpr std::string_view kPrefix = "/api/console";

std::span<const Route> people_routes();
std::span<const Route> work_routes();
// All of them.
std::vector<Route> console_routes();
std::shared_ptr<const Description> describe_console_routes(std::string_view version);

void add_console_routes(net::Router& router, const ConsoleServices& services);
// What the operator at the machine may do to users and to the log, for the router of the local socket.
void add_local_routes(net::Router& router, const ConsoleServices& services);

}  // namespace darkroom::api::console
