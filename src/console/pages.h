// The console's pages at /console/: one document for every address, which asks /api/console for the rest.
// Threads: read only after construction; called on any loop. Owns nothing.
#pragma once

#include <span>
#include <string_view>

#include "console/assets.h"
#include "net/router.h"

namespace darkroom::console {

// `path` is what stands behind /console/. A file that is named and missing is 404, any other address is the document.
http::Response serve_console(std::span<const Asset> assets, std::string_view path, const http::Request& request);

void add_console_routes(net::Router& router, std::span<const Asset> assets = built_in_console());

}  // namespace darkroom::console
