// Setting up, signing in and out, and one's own profile and sessions.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

Answer show_server(Visit& visit);
Answer set_up(Visit& visit);
Answer log_in(Visit& visit);
Answer log_out(Visit& visit);
Answer show_session(Visit& visit);
Answer show_description(Visit& visit);

// One more try of a password for that e-mail, from there; too_many_logins says how long to wait.
Status take_login(Visit& visit, std::string email);
void give_login_back(Visit& visit, std::string email);  // it was right

// Me, for the session that the cookie of this answer holds.
json::object print_me(const people::Person& person, const people::Session& session, const Secret& token);
json::array print_memberships(const people::Person& person);

// A session that the store has not heard of yet.
struct FreshSession {
  Secret token;
  people::Session session;
};
FreshSession make_session(const Visit& visit, UserId user);
// Me and the cookie of a session that has begun; the visit is the user's from here on.
Async<Result<http::Response>> answer_fresh(Visit& visit, UserId user, FreshSession fresh);
// Begins a session of a user who exists, and answers with it.
Async<Result<http::Response>> enter(Visit& visit, UserId user);

}  // namespace darkroom::api::console
