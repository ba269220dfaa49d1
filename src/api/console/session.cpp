#include "api/console/session.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "api/console/area.h"
#include "api/members.h"
#include "api/openapi.h"
#include "base/log.h"
#include "base/time_text.h"
#include "net/url_guard.h"
#include "people/password.h"

namespace darkroom::api::console {
namespace {

Async<Result<bool>> has_operator(Visit& visit) {
  co_return co_await await_on<Result<bool>>(
      visit.loop, [&](Done<Result<bool>> done) { visit.people().has_operator(std::move(done)); });
}

// Whom the limiter takes for one: an IPv4 address, or the 64 bits that one subscriber of IPv6 has.
std::string source_of(const std::string& peer) {
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  std::optional<net::IpAddress> address = net::IpAddress::parse(peer);
  if (!address || address->is_v4 || std::ranges::equal(kMapped, std::span(address->bytes).first<12>())) return peer;
  std::ranges::fill(std::span(address->bytes).last<8>(), std::uint8_t{0});
  return address->text();
}

struct Credentials {
  std::string email;
  Secret password;
};

// The user of that e-mail, if the password is theirs. It takes the same time whatever is wrong.
Async<Result<people::User>> authenticate(Visit& visit, Credentials credentials) {
  using Found = Result<std::optional<people::User>>;
  Found found = co_await await_on<Found>(
      visit.loop, [&](Done<Found> done) { visit.people().find_user_by_email(credentials.email, std::move(done)); });
  if (!found) co_return fail(std::move(found.error()));
  const bool may_enter = *found && !(*found)->disabled_at;
  Secret hash = may_enter ? (*found)->password : Secret();
  const Result<bool> is_right =
      co_await visit.services.entrance.check(visit.loop, std::move(hash), std::move(credentials.password));
  if (!is_right) co_return fail(is_right.error());
  if (!*is_right) co_return fail(Code::login_refused);
  co_return std::move(**found);
}

}  // namespace

json::array print_memberships(const people::Person& person) {
  json::array list;
  for (const people::Membership& one : person.memberships) {
    list.push_back(json::object{{"account", print_account(one)}, {"role", people::print(one.role)}});
  }
  return list;
}

Status take_login(Visit& visit, std::string email) {
  const SteadyTime now = visit.services.api.clock.steady_now();
  const std::string source = source_of(visit.request.peer);
  const std::optional<seconds> wait = visit.services.entrance.logins.lock()->take(email, source, now);
  if (!wait) return {};
  Error refused = make_error(Code::too_many_logins);
  refused.retry_after_seconds = static_cast<int>(wait->count());
  return fail(std::move(refused));
}

void give_login_back(Visit& visit, std::string email) {
  visit.services.entrance.logins.lock()->give_back(email, source_of(visit.request.peer));
}

json::object print_me(const people::Person& person, const people::Session& session, const Secret& token) {
  json::object user = {{"id", person.user.id.text()},
                       {"email", person.user.email},
                       {"name", person.user.name},
                       {"is_operator", person.user.is_operator}};
  user["language"] = person.user.language ? json::value(people::print(*person.user.language)) : json::value(nullptr);
  json::object me;
  me["user"] = std::move(user);
  me["memberships"] = print_memberships(person);
  me["csrf_token"] = people::csrf_token(token);
  me["expires_at"] = print_rfc3339(people::expires_at(session));
  return me;
}

FreshSession make_session(const Visit& visit, UserId user) {
  FreshSession fresh;
  fresh.token = people::make_token(visit.services.random);
  fresh.session.created_at = visit.now();
  fresh.session.last_seen_at = fresh.session.created_at;
  fresh.session.id = SessionId::make(fresh.session.created_at, visit.services.random);
  fresh.session.user = user;
  fresh.session.token = people::digest_of(fresh.token);
  fresh.session.address = visit.request.peer;
  fresh.session.user_agent =
      std::string(visit.request.header("user-agent").value_or("").substr(0, people::kMostUserAgentBytes));
  return fresh;
}

Async<Result<http::Response>> answer_fresh(Visit& visit, UserId user, FreshSession fresh) {
  using Found = Result<std::optional<people::Person>>;
  Found person =
      co_await await_on<Found>(visit.loop, [&](Done<Found> done) { visit.people().find_user(user, std::move(done)); });
  if (!person) co_return fail(std::move(person.error()));
  if (!*person) co_return fail(Code::session_missing);
  visit.person = std::move(**person);
  http::Response response = answer_with(print_me(visit.person, fresh.session, fresh.token));
  set_session_cookie(response, fresh.token);
  co_return response;
}

Async<Result<http::Response>> enter(Visit& visit, UserId user) {
  FreshSession fresh = make_session(visit, user);
  people::Deed deed = visit.deed("session.start", fresh.session.id.text());
  const Status started = co_await await_on<Status>(visit.loop, [&](Done<Status> done) {
    visit.people().start_session(fresh.session, std::move(deed), std::move(done));
  });
  if (!started && started.error().code == Code::not_found) co_return fail(Code::login_refused);
  if (!started) co_return fail(started.error());
  co_return co_await answer_fresh(visit, user, std::move(fresh));
}

Answer show_server(Visit& visit) {
  const Result<bool> is_set_up = co_await has_operator(visit);
  if (!is_set_up) co_return fail(is_set_up.error());
  const ConsoleServices& services = visit.services;
  co_return answer_with({{"version", services.version},
                         {"public_url", services.public_url},
                         {"needs_setup", !*is_set_up},
                         {"sandbox_only", services.sandbox_only},
                         {"docs", services.has_docs}});
}

Answer set_up(Visit& visit) {
  Members members(visit.request.body);
  const Secret token(members.required_string("token"));
  const std::string given_email = members.required_string("email");
  people::User user;
  user.name = members.string("name");
  const Secret password(members.required_string("password"));
  DR_CO_TRY(members.status());
  if (!visit.services.entrance.is_setup_token(token)) {
    co_return fail(Code::forbidden, "The link has been used, or the server has started anew: it prints a new one");
  }
  Result<std::string> email = people::read_email(given_email);
  if (!email) co_return fail(std::move(email.error()));
  DR_CO_TRY(people::check_name(user.name));
  DR_CO_TRY(people::check_new_password(password, "password"));
  Result<Secret> hash = co_await visit.services.entrance.hash(visit.loop, password);
  if (!hash) co_return fail(std::move(hash.error()));
  user.email = std::move(*email);
  user.password = std::move(*hash);
  user.is_operator = true;
  user.created_at = visit.now();
  user.id = UserId::make(user.created_at, visit.services.random);
  visit.person.user = user;  // who does it, as the log shows it
  people::Deed deed = visit.deed("server.set_up", user.id.text());
  const Status made = co_await await_on<Status>(visit.loop, [&](Done<Status> done) {
    visit.people().create_user(user, store::NewUser::first_operator, std::move(deed), std::move(done));
  });
  if (!made && made.error().code == Code::conflict) {
    co_return fail(Code::forbidden, "This server has been set up already: sign in");
  }
  if (!made) co_return fail(made.error());
  visit.services.entrance.close_setup();
  co_return co_await enter(visit, user.id);
}

Answer log_in(Visit& visit) {
  Members members(visit.request.body);
  Credentials credentials;
  credentials.email = members.required_string("email");
  credentials.password = Secret(members.required_string("password"));
  DR_CO_TRY(members.status());
  Result<std::string> email = people::read_email(credentials.email);
  if (!email) co_return fail(Code::login_refused);  // no user has such an e-mail, and everybody may know that
  credentials.email = *email;
  DR_CO_TRY(take_login(visit, *email));
  const Result<people::User> user = co_await authenticate(visit, std::move(credentials));
  if (!user) {
    if (user.error().code == Code::login_refused) log::warn("login_refused", {{"peer", visit.request.peer}});
    co_return fail(user.error());
  }
  give_login_back(visit, *email);
  visit.person.user = *user;
  co_return co_await enter(visit, user->id);
}

Answer log_out(Visit& visit) {
  people::Deed deed = visit.deed("session.end", visit.session.id.text());
  const Status ended = co_await await_on<Status>(visit.loop, [&](Done<Status> done) {
    visit.people().end_session(visit.person.user.id, visit.session.id, std::move(deed), std::move(done));
  });
  if (!ended && ended.error().code != Code::not_found) co_return fail(ended.error());
  http::Response response = answer_with({});
  clear_session_cookie(response);
  co_return response;
}

Answer show_session(Visit& visit) { co_return answer_with(print_me(visit.person, visit.session, visit.token)); }

Answer show_description(Visit& visit) { co_return answer_description(visit.services.description, visit.request); }

}  // namespace darkroom::api::console
