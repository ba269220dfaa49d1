#include "api/console/routes.h"

#include <string>
#include <utility>

#include "api/console/audit.h"
#include "api/console/openapi_files.h"
#include "api/console/users.h"
#include "base/check.h"

namespace darkroom::api::console {
namespace {

// What the area may answer before the handler is asked.
std::vector<Code> errors_before(const Route& route) {
  std::vector<Code> errors;
  if (route.who != Who::anyone) errors = {Code::session_missing, Code::unavailable};
  if (route.method != "GET") errors.push_back(Code::foreign_request);
  if (route.who == Who::owner || route.who == Who::operator_) errors.push_back(Code::forbidden);
  if (route.pattern.find("{account}") != std::string_view::npos) errors.push_back(Code::object_not_found);
  return errors;
}

}  // namespace

std::vector<Route> console_routes() {
  std::vector<Route> routes(people_routes().begin(), people_routes().end());
  routes.insert(routes.end(), work_routes().begin(), work_routes().end());
  return routes;
}

std::shared_ptr<const Description> describe_console_routes(std::string_view version) {
  const std::span<const EmbeddedFile> files = openapi_files();
  DR_CHECK(files.size() == 1);
  std::vector<DescribedRoute> described;
  for (const Route& route : console_routes()) {
    DescribedRoute row{.method = route.method, .pattern = route.pattern, .doc = *route.doc};
    row.is_open = route.who == Who::anyone;
    row.errors = errors_before(route);
    described.push_back(std::move(row));
  }
  return describe({.document = files.front().text, .version = version}, described);
}

void add_local_routes(net::Router& router, const ConsoleServices& services) {
  static constexpr Route kLocal[] = {
      {"GET", "/admin/users", Who::operator_, list_users},
      {"PATCH", "/admin/users/{id}", Who::operator_, change_user},
      {"POST", "/admin/users/{id}/invite", Who::operator_, invite_user},
      {"GET", "/admin/audit/verify", Who::operator_, verify_deeds},
  };
  const auto area = std::make_shared<const Area>(services);
  for (const Route& route : kLocal) {
    router.add(route.method, std::string(route.pattern),
               [area, &route](Loop& loop, const http::Request& request, const net::PathParams& params) {
                 return area->serve_local(route, loop, request, params);
               });
  }
}

void add_console_routes(net::Router& router, const ConsoleServices& services) {
  const auto area = std::make_shared<const Area>(services);
  for (const Route& route : console_routes()) {
    const std::string pattern = std::string(kPrefix) + std::string(route.pattern);
    const AnswerCounters counters(services.api.metrics, route.method, pattern);
    router.add(route.method, pattern,
               [area, route, counters](Loop& loop, const http::Request& request, const net::PathParams& params) {
                 return area->serve(route, counters, loop, request, params);
               });
  }
}

}  // namespace darkroom::api::console
