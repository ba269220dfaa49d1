#include "api/console/routes.h"

#include <algorithm>
#include <memory>
#include <string>

#include "api/console/accounts.h"
#include "api/console/session.h"

namespace darkroom::api::console {
namespace {

constexpr RouteDoc kGetServer = {.id = "getServer",
                                 .tag = "Session",
                                 .summary = "What a page must know before anybody has signed in",
                                 .answers = {{200, "This server", "ServerInfo"}}};
constexpr RouteDoc kSetUp = {
    .id = "setUp",
    .tag = "Session",
    .summary = "Make the first operator, with the token of the link that the server prints",
    .body = "Setup",
    .answers = {{200, "Signed in", "Me", {"Set-Cookie"}}},
    .errors = {Code::bad_json, Code::missing_parameter, Code::invalid_parameter, Code::too_many_logins}};
constexpr RouteDoc kLogIn = {
    .id = "logIn",
    .tag = "Session",
    .summary = "Sign in",
    .body = "Login",
    .answers = {{200, "Signed in", "Me", {"Set-Cookie"}}},
    .errors = {Code::bad_json, Code::missing_parameter, Code::login_refused, Code::too_many_logins}};
constexpr RouteDoc kLogOut = {.id = "logOut",
                              .tag = "Session",
                              .summary = "Sign out: the session ends",
                              .answers = {{200, "Signed out", "Nothing", {"Set-Cookie"}}}};
constexpr RouteDoc kGetSession = {.id = "getSession",
                                  .tag = "Session",
                                  .summary = "Who is signed in",
                                  .answers = {{200, "The user, and what their pages need", "Me"}}};
constexpr RouteDoc kListAccounts = {.id = "listAccounts",
                                    .tag = "Accounts",
                                    .summary = "The accounts that the user may see, by name",
                                    .parameters = {"Query", "Cursor", "Limit"},
                                    .answers = {{200, "One page", "Accounts"}},
                                    .errors = {Code::invalid_parameter}};

constexpr Route kRoutes[] = {
    {"GET", "/server", Who::anyone, show_server, &kGetServer},
    {"POST", "/setup", Who::anyone, set_up, &kSetUp},
    {"POST", "/login", Who::anyone, log_in, &kLogIn},
    {"POST", "/logout", Who::user, log_out, &kLogOut},
    {"GET", "/session", Who::user, show_session, &kGetSession},
    {"GET", "/accounts", Who::user, list_accounts, &kListAccounts},
};
static_assert(std::ranges::all_of(kRoutes, [](const Route& route) { return route.doc != nullptr; }),
              "every route is described");

}  // namespace

std::span<const Route> console_routes() { return kRoutes; }

void add_console_routes(net::Router& router, const ConsoleServices& services) {
  const auto area = std::make_shared<const Area>(services);
  for (const Route& route : kRoutes) {
    router.add(route.method, std::string(kPrefix) + std::string(route.pattern),
               [area, &route](Loop& loop, const http::Request& request, const net::PathParams& params) {
                 return area->serve(route, loop, request, params);
               });
  }
}

}  // namespace darkroom::api::console
