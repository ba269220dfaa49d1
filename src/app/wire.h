// The wiring: builds every service from a Config, runs them until a signal, and takes them down in order.
// Threads: each function is called once, from main, and returns the program's exit code.
#pragma once

#include <string>

#include "app/config.h"

namespace darkroom::app {

// `darkroom serve`: 0 after a drained SIGTERM, 1 when a service fails, 3 when the store or the address cannot be had.
int run_serve(const Config& config);
// `darkroom sandbox`: the vendors' stand-ins alone, on HOST:PORT, until SIGTERM.
int run_sandbox(std::string listen);

}  // namespace darkroom::app
