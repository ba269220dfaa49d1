#include "api/routes.h"

#include <memory>
#include <span>
#include <string>
#include <utility>

#include "api/account.h"
#include "api/admin.h"
#include "api/chain.h"
#include "api/generations.h"
#include "api/health.h"
#include "api/media.h"
#include "api/models.h"
#include "api/tasks.h"

namespace darkroom::api {
namespace {

constexpr Endpoint kPublic[] = {
    {"POST", "/api/v1/images/generations", Gate::submit, submit_generation},
    {"POST", "/api/v1/videos/generations", Gate::submit, submit_generation},
    {"GET", "/api/v1/tasks/{id}", Gate::read, show_task},
    {"GET", "/api/v1/tasks/{id}/events", Gate::read, list_task_events},
    {"GET", "/api/v1/balance", Gate::read, show_balance},
    {"GET", "/api/v1/models", Gate::open, list_models},
    {"GET", "/api/v1/models/{id}", Gate::open, show_model},
    {"GET", "/media/{path...}", Gate::open, show_media},
    {"GET", "/livez", Gate::open, show_alive},
    {"GET", "/readyz", Gate::open, show_ready},
    {"GET", "/metrics", Gate::open, show_metrics},
};

// The gate of these is the local socket's mode: whoever can open it is the operator.
constexpr Endpoint kAdmin[] = {
    {"POST", "/admin/keys", Gate::open, create_key},
    {"GET", "/admin/keys", Gate::open, list_keys},
    {"DELETE", "/admin/keys/{id}", Gate::open, revoke_key},
    {"POST", "/admin/grants", Gate::open, grant_credits},
    {"GET", "/admin/accounts/{name}/balance", Gate::open, show_balances},
    {"GET", "/admin/tasks", Gate::open, list_all_tasks},
    {"GET", "/admin/tasks/{id}", Gate::open, show_any_task},
    {"GET", "/admin/ledger/verify", Gate::open, verify_ledger},
};

void add_all(net::Router& router, const Services& services, std::span<const Endpoint> endpoints) {
  const auto chain = std::make_shared<const Chain>(services);
  for (const Endpoint& endpoint : endpoints) {
    router.add(endpoint.method, std::string(endpoint.pattern),
               [chain, &endpoint, counters = chain->make_counters(endpoint)](Loop& loop, const http::Request& request,
                                                                             const net::PathParams& params) {
                 return chain->serve(endpoint, counters, loop, request, params);
               });
  }
}

}  // namespace

void add_public_routes(net::Router& router, const Services& services) { add_all(router, services, kPublic); }
void add_admin_routes(net::Router& router, const Services& services) { add_all(router, services, kAdmin); }

}  // namespace darkroom::api
