#include "api/console/area.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "api/error_map.h"
#include "base/log.h"
#include "base/text.h"
#include "people/origin.h"

namespace darkroom::api::console {
namespace {

// "https://darkroom.example.org/path" -> "https://darkroom.example.org"
std::string origin_of(std::string_view url) {
  const std::size_t host = url.find("://");
  if (host == std::string_view::npos) return {};
  return std::string(url.substr(0, url.find('/', host + 3)));
}

void add_safety(http::Response& response) {
  if (!http::find_header(response.headers, "Cache-Control")) response.set("Cache-Control", "no-store");
  response.headers.add_text(
      "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r\n"
      "X-Frame-Options: DENY\r\n"
      "X-Content-Type-Options: nosniff\r\n"
      "Referrer-Policy: no-referrer\r\n"
      "Cross-Origin-Resource-Policy: same-origin\r\n");
}

// Inside the console nothing is hidden by saying that a task is missing where something else is.
Error console_error(const Error& error) {
  if (error.code == Code::not_found) return make_error(Code::object_not_found);
  if (error.code == Code::already_exists) return make_error(Code::conflict, error.message, error.field);
  return error;
}

}  // namespace

std::optional<Secret> read_session_cookie(const http::Headers& headers) {
  std::optional<Secret> found;
  for (auto field = headers.begin(); field != headers.end(); ++field) {
    if (!field.is("cookie")) continue;
    std::string_view rest = (*field).value;
    while (!rest.empty()) {
      const std::size_t end = rest.find(';');
      const std::string_view pair = trim(rest.substr(0, end));
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || trim(pair.substr(0, equals)) != people::kSessionCookie) continue;
      if (found) return std::nullopt;
      found.emplace(std::string(trim(pair.substr(equals + 1))));
    }
  }
  return found;
}

void set_session_cookie(http::Response& response, const Secret& token) {
  response.set("Set-Cookie", fmt::format("{}={}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Strict",
                                         people::kSessionCookie, token.reveal(), people::kLivesAtMost.count()));
}

void clear_session_cookie(http::Response& response) {
  response.set("Set-Cookie",
               fmt::format("{}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict", people::kSessionCookie));
}

Area::Area(const ConsoleServices& services) : services_(services), origin_(origin_of(services.public_url)) {}

Status Area::check_origin(const Route& route, const Visit& visit) const {
  const http::Request& request = visit.request;
  const std::string wanted = visit.token.empty() ? "" : people::csrf_token(visit.token);
  people::Provenance provenance;
  provenance.method = request.method;
  provenance.origin = request.header("origin");
  provenance.fetch_site = request.header("sec-fetch-site");
  provenance.content_type = request.header("content-type");
  provenance.csrf_token = request.header("x-csrf-token");
  provenance.host = request.header("host").value_or("");
  provenance.public_url = origin_;
  provenance.has_body = !request.body.empty() || request.body_stream != nullptr;
  if (!wanted.empty()) provenance.wanted_token = wanted;
  provenance.takes_files = route.takes_files;
  const std::optional<std::string_view> forgery = people::find_forgery(provenance);
  if (!forgery) return {};
  log::warn("console_request_refused",
            {{"why", *forgery}, {"request_id", request.request_id}, {"path", request.path}, {"peer", request.peer}});
  return fail(Code::foreign_request, fmt::format("{}: {}", info(Code::foreign_request).meaning, *forgery));
}

Async<Status> Area::find_session(Visit& visit) const {
  std::optional<Secret> token = read_session_cookie(visit.request.headers);
  if (!token) co_return fail(Code::session_missing);
  using Found = Result<std::optional<store::SessionView>>;
  const people::Digest digest = people::digest_of(*token);
  Found found = co_await await_on<Found>(
      visit.loop, [&](Done<Found> done) { visit.people().find_session(digest, std::move(done)); });
  if (!found) co_return fail(std::move(found.error()));
  const WallTime now = visit.now();
  if (!*found || !people::is_live((*found)->session, now) || (*found)->person.user.disabled_at) {
    co_return fail(Code::session_missing);
  }
  visit.token = std::move(*token);
  visit.session = std::move((*found)->session);
  visit.person = std::move((*found)->person);
  if (!people::is_seen_late(visit.session, now)) co_return Status{};
  visit.session.last_seen_at = now;
  co_return co_await await_on<Status>(
      visit.loop, [&](Done<Status> done) { visit.people().see_session(visit.session.id, now, std::move(done)); });
}

// Memberships come with the session; an operator may see accounts that they are no member of.
Async<Status> Area::find_place(const Route& route, Visit& visit) const {
  if (route.pattern.find("{account}") == std::string_view::npos) co_return Status{};
  const std::string name(visit.params.get("account"));
  if (const people::Membership* mine = visit.person.find_membership(name)) {
    visit.place = Place{{mine->account, mine->account_name, {}},
                        mine->role == people::Role::owner ? Standing::owner : Standing::member};
    if (visit.is_operator()) visit.place->standing = Standing::operator_;
    co_return Status{};
  }
  if (!visit.is_operator()) co_return fail(Code::object_not_found);
  Result<account::Account> found = co_await find_account(visit, name);
  if (!found) co_return fail(std::move(found.error()));
  visit.place = Place{std::move(*found), Standing::operator_};
  co_return Status{};
}

Async<Status> Area::admit(const Route& route, Visit& visit) const {
  if (route.who != Who::anyone) {
    if (Status found = co_await find_session(visit); !found) co_return found;
  }
  if (Status ours = check_origin(route, visit); !ours) co_return ours;
  if (Status found = co_await find_place(route, visit); !found) co_return found;
  const bool is_allowed = route.who == Who::operator_ ? visit.is_operator()
                          : route.who == Who::owner   ? visit.place && visit.place->standing != Standing::member
                                                      : true;
  if (!is_allowed) co_return fail(Code::forbidden, "Your role does not allow this");
  if (visit.request.lacks_length && route.doc != nullptr && route.doc->needs_body()) {
    co_return fail(Code::length_required);
  }
  co_return Status{};
}

Async<Result<http::Response>> Area::handle(const Route& route, Visit& visit) {
  std::optional<std::string> thrown;
  try {
    Result<http::Response> given = co_await route.handle(visit);
    co_return given;
  } catch (const std::exception& exception) {
    thrown = exception.what();
  }
  co_return fail(Code::internal, *thrown);
}

http::Response Area::finish(Result<http::Response> answered, const http::Request& request) {
  http::Response response =
      answered ? std::move(*answered) : error_response(console_error(answered.error()), request.request_id);
  add_safety(response);
  return response;
}

Async<http::Response> Area::serve(const Route& route, AnswerCounters counters, Loop& loop, const http::Request& request,
                                  net::PathParams params) const {
  Visit visit{services_, loop, request, params};
  Result<http::Response> answered = http::Response();
  if (Status admitted = co_await admit(route, visit); admitted) {
    answered = co_await handle(route, visit);
  } else {
    answered = fail(std::move(admitted.error()));
  }
  http::Response response = finish(std::move(answered), request);
  if (visit.place) response.account = std::make_shared<const std::string>(visit.place->account.name);
  counters.count(response.status);
  co_return response;
}

Async<http::Response> Area::serve_local(const Route& route, Loop& loop, const http::Request& request,
                                        net::PathParams params) const {
  Visit visit{services_, loop, request, params};
  Result<http::Response> answered = co_await handle(route, visit);
  co_return finish(std::move(answered), request);
}

}  // namespace darkroom::api::console
