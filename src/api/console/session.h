// Setting up, signing in and out, and one's own profile and sessions.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

Answer show_server(Visit& visit);
Answer set_up(Visit& visit);
Answer log_in(Visit& visit);
Answer log_out(Visit& visit);
Answer show_session(Visit& visit);

// Me, for the session that the cookie of this answer holds.
json::object print_me(const people::Person& person, const people::Session& session, const Secret& token);
// A new session's answer: Me and its cookie. `wanted` is what the store is told of it.
struct FreshSession {
  Secret token;
  people::Session session;
};
FreshSession make_session(const Visit& visit, UserId user);
// Starts it; the person must exist.
Async<Result<http::Response>> enter(Visit& visit, UserId user, std::string action);

}  // namespace darkroom::api::console
