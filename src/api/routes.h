// The table of every endpoint and the one ordered chain in front of them: metrics, the wall against exceptions, key,
// rate limit, handler, errors to answers. Threads: add_… before the server starts; handlers run on the connection's
// loop. `services` must outlive the router.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "api/openapi.h"
#include "api/services.h"
#include "net/router.h"

namespace darkroom::api {

// The rows of what customers and monitoring may call, and their description for GET /openapi.json.
std::span<const Endpoint> public_endpoints();
std::shared_ptr<LiveDescription> describe_public_routes(const catalog::Catalog& catalog, std::string_view version);

// What customers and monitoring may call.
void add_public_routes(net::Router& router, const Services& services);
// What only the operator may call; see api/admin.h. For a router of its own, served on a local socket of mode 0600.
void add_admin_routes(net::Router& router, const Services& services);

}  // namespace darkroom::api
