// The console's area, /api/console: the one chain in front of each of its handlers. Session, the account of the path
// and the right there, the rule against forged requests, the handler inside a wall against exceptions, errors to
// answers, header fields that keep browsers safe. Threads: read only after construction; serve() runs on the
// connection's loop. An API key means nothing here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/answer_counters.h"
#include "api/console/visit.h"
#include "api/route_doc.h"

namespace darkroom::api::console {

// Whom a route is for. `member`, `owner` and `operator_of` are about the {account} of its path; whoever has no right to
// see that account is told that there is none.
enum class Who : std::uint8_t { anyone, user, member, owner, operator_ };

struct Route {
  std::string_view method;
  std::string_view pattern;  // below /api/console
  Who who = Who::operator_;
  Handle handle = nullptr;
  const RouteDoc* doc = nullptr;
  bool takes_files = false;  // multipart/form-data too
};

class Area {
 public:
  explicit Area(const ConsoleServices& services);

  Async<http::Response> serve(const Route& route, AnswerCounters counters, Loop& loop, const http::Request& request,
                              net::PathParams params) const;
  // For whoever is at the machine: no session, no right and no origin is asked for, and nobody is named in the log.
  Async<http::Response> serve_local(const Route& route, Loop& loop, const http::Request& request,
                                    net::PathParams params) const;

 private:
  Async<Status> admit(const Route& route, Visit& visit) const;
  Async<Status> find_session(Visit& visit) const;
  Async<Status> find_place(const Route& route, Visit& visit) const;
  Status check_origin(const Route& route, const Visit& visit) const;
  static Async<Result<http::Response>> handle(const Route& route, Visit& visit);
  static http::Response finish(Result<http::Response> answered, const http::Request& request);

  const ConsoleServices& services_;
  std::string origin_;  // of public_url
};

// The value of the session's cookie; nothing when there is none, or more than one: of two, one was put there by
// somebody else.
std::optional<Secret> read_session_cookie(const http::Headers& headers);
void set_session_cookie(http::Response& response, const Secret& token);
void clear_session_cookie(http::Response& response);

}  // namespace darkroom::api::console
