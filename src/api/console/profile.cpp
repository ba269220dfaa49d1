#include "api/console/profile.h"

#include <optional>
#include <utility>

#include "api/console/area.h"
#include "api/console/session.h"
#include "api/members.h"
#include "base/time_text.h"
#include "people/password.h"

namespace darkroom::api::console {
namespace {

struct NewPassword {
  Secret current;
  Secret next;
};

struct ProfileChange {
  people::UserChange change;
  std::optional<NewPassword> password;
};

Result<ProfileChange> read_change(std::string_view body) {
  Members members(body);
  ProfileChange wanted;
  if (members.has("name")) wanted.change.name = members.string("name");
  const std::string language = members.string("language");
  if (members.is_null("language")) wanted.change.language.emplace(std::nullopt);
  Members password = members.object("password");
  DR_TRY(members.status());
  if (members.has("language")) {
    wanted.change.language = people::parse_language(language);
    if (!*wanted.change.language) {
      return fail(Code::invalid_parameter, "language must be \"en\", \"zh\" or null", "language");
    }
  }
  if (wanted.change.name) DR_TRY(people::check_name(*wanted.change.name));
  if (!members.has("password")) return wanted;
  wanted.password.emplace();
  wanted.password->current = Secret(password.required_string("current"));
  wanted.password->next = Secret(password.required_string("new"));
  DR_TRY(password.status());
  DR_TRY(people::check_new_password(wanted.password->next, "password.new"));
  return wanted;
}

// The hash of the new password, if the current one is right. Tries are limited as those of a login are.
Async<Result<Secret>> hash_new_password(Visit& visit, NewPassword password) {
  const people::User& user = visit.person.user;
  DR_CO_TRY(take_login(visit, user.email));
  const Result<bool> is_right = co_await visit.services.entrance.check(visit.loop, user.password, password.current);
  if (!is_right) co_return fail(is_right.error());
  if (!*is_right) co_return fail(Code::invalid_parameter, "The current password is another", "password.current");
  give_login_back(visit, user.email);
  co_return co_await visit.services.entrance.hash(visit.loop, std::move(password.next));
}

json::value print_profile(const people::User& user) {
  json::object shown = {{"name", user.name}};
  shown["language"] = user.language ? json::value(people::print(*user.language)) : json::value(nullptr);
  return shown;
}

json::object print_session(const people::Session& session, bool is_current) {
  return {{"id", session.id.text()},
          {"created_at", print_rfc3339(session.created_at)},
          {"last_seen_at", print_rfc3339(session.last_seen_at)},
          {"expires_at", print_rfc3339(people::expires_at(session))},
          {"address", session.address},
          {"user_agent", session.user_agent},
          {"is_current", is_current}};
}

}  // namespace

// A new password ends every session of the user, this one too; the answer brings a new one.
Answer change_session(Visit& visit) {
  Result<ProfileChange> wanted = read_change(visit.request.body);
  if (!wanted) co_return fail(std::move(wanted.error()));
  if (wanted->password) {
    Result<Secret> hash = co_await hash_new_password(visit, std::move(*wanted->password));
    if (!hash) co_return fail(std::move(hash.error()));
    wanted->change.password = std::move(*hash);
  }
  const people::User after = changed(visit.person.user, wanted->change, visit.now());
  people::Deed deed = visit.deed(wanted->change.password ? "user.change_password" : "user.change", after.id.text(),
                                 print_profile(visit.person.user), print_profile(after));
  using Changed = Result<people::User>;
  Changed user = co_await await_on<Changed>(visit.loop, [&](Done<Changed> done) {
    visit.people().change_user(after.id, wanted->change, std::move(deed), std::move(done));
  });
  if (!user) co_return fail(std::move(user.error()));
  if (wanted->change.password) co_return co_await enter(visit, after.id);
  visit.person.user = std::move(*user);
  co_return answer_with(print_me(visit.person, visit.session, visit.token));
}

Answer list_sessions(Visit& visit) {
  using List = Result<std::vector<people::Session>>;
  const UserId user = visit.person.user.id;
  const List list = co_await await_on<List>(
      visit.loop, [&](Done<List> done) { visit.people().list_sessions(user, std::move(done)); });
  if (!list) co_return fail(list.error());
  json::array data;
  for (const people::Session& session : *list) {
    if (!people::is_live(session, visit.now())) continue;
    data.push_back(print_session(session, session.id == visit.session.id));
  }
  co_return answer_page(std::move(data));
}

Answer end_session(Visit& visit) {
  const std::optional<SessionId> id = SessionId::parse(visit.params.get("id"));
  if (!id) co_return fail(Code::object_not_found);
  people::Deed deed = visit.deed("session.end", id->text());
  const UserId user = visit.person.user.id;
  DR_CO_TRY(co_await await_on<Status>(
      visit.loop, [&](Done<Status> done) { visit.people().end_session(user, *id, std::move(deed), std::move(done)); }));
  http::Response response = answer_with({});
  if (*id == visit.session.id) clear_session_cookie(response);
  co_return response;
}

}  // namespace darkroom::api::console
