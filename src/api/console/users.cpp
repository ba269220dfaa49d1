#include "api/console/users.h"

#include <fmt/format.h>

#include <utility>

#include "api/console/session.h"
#include "api/members.h"
#include "api/nullable.h"
#include "base/time_text.h"
#include "people/password.h"

namespace darkroom::api::console {
namespace {

std::unexpected<Error> used_link() {
  return fail(Code::forbidden, "The link has been used or is too old: ask an operator for a new one");
}

json::object print_profile(const people::User& user) {
  return {{"email", user.email},
          {"name", user.name},
          {"is_operator", user.is_operator},
          {"disabled", user.disabled_at.has_value()}};
}

// The user of the path, by id or e-mail.
Async<Result<people::Person>> find_person(Visit& visit) {
  const std::string name(visit.params.get("id"));
  std::optional<UserId> id = UserId::parse(name);
  if (const Result<std::string> email = people::read_email(name); !id && email) {
    using Known = Result<std::optional<people::User>>;
    const Known known = co_await await_on<Known>(
        visit.loop, [&](Done<Known> done) { visit.people().find_user_by_email(*email, std::move(done)); });
    if (!known) co_return fail(known.error());
    if (*known) id = (*known)->id;
  }
  if (!id) co_return fail(Code::object_not_found, "There is no such user");
  using Found = Result<std::optional<people::Person>>;
  Found found =
      co_await await_on<Found>(visit.loop, [&](Done<Found> done) { visit.people().find_user(*id, std::move(done)); });
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(Code::object_not_found);
  co_return std::move(**found);
}

// The link that sets the user's password, in place of an earlier one.
Async<Result<std::string>> make_link(Visit& visit, UserId user) {
  const Secret token = people::make_token(visit.services.random);
  people::Invite invite;
  invite.token = people::digest_of(token);
  invite.user = user;
  invite.expires_at = visit.now() + people::kInviteLives;
  people::Deed deed = visit.deed("user.invite", user.text());
  DR_CO_TRY(co_await await_on<Status>(
      visit.loop, [&](Done<Status> done) { visit.people().put_invite(invite, std::move(deed), std::move(done)); }));
  co_return fmt::format("{}/console/invite#{}", visit.services.public_url, token.reveal());
}

// What a new user is, but for the password.
Result<people::User> read_user(Members& members, Visit& visit) {
  people::User user;
  const std::string email = members.required_string("email");
  user.name = members.string("name");
  user.is_operator = members.flag("is_operator");
  DR_TRY(members.status());
  Result<std::string> read = people::read_email(email);
  if (!read) return fail(std::move(read.error()));
  DR_TRY(people::check_name(user.name));
  user.email = std::move(*read);
  user.created_at = visit.now();
  user.id = UserId::make(user.created_at, visit.services.random);
  return user;
}

}  // namespace

json::object print_user(const people::Person& person) {
  json::object shown = print_profile(person.user);
  shown["id"] = person.user.id.text();
  shown["created_at"] = print_rfc3339(person.user.created_at);
  shown["last_login_at"] = time_or_null(person.user.last_login_at);
  shown["memberships"] = print_memberships(person);
  return shown;
}

Answer list_users(Visit& visit) {
  const Result<std::size_t> limit = page_limit(visit);
  if (!limit) co_return fail(limit.error());
  store::UserFilter filter;
  if (const auto cursor = visit.request.query_parameter("cursor"); cursor && !cursor->empty()) {
    filter.before = UserId::parse(*cursor);
    if (!filter.before) co_return fail(Code::invalid_parameter, "cursor must be that of an earlier page", "cursor");
  }
  filter.limit = *limit + 1;
  using Page = Result<std::vector<people::Person>>;
  Page page =
      co_await await_on<Page>(visit.loop, [&](Done<Page> done) { visit.people().list_users(filter, std::move(done)); });
  if (!page) co_return fail(std::move(page.error()));
  const bool has_more = page->size() > *limit;
  if (has_more) page->pop_back();
  json::array data;
  for (const people::Person& person : *page) data.push_back(print_user(person));
  co_return answer_page(std::move(data), has_more ? page->back().user.id.text() : std::string());
}

Answer create_user(Visit& visit) {
  Members members(visit.request.body);
  const Secret password(members.string("password"));
  Result<people::User> user = read_user(members, visit);
  if (!user) co_return fail(std::move(user.error()));
  if (!password.empty()) {
    DR_CO_TRY(people::check_new_password(password, "password"));
    Result<Secret> hash = co_await visit.services.entrance.hash(visit.loop, password);
    if (!hash) co_return fail(std::move(hash.error()));
    user->password = std::move(*hash);
  }
  people::Deed deed = visit.deed("user.create", user->id.text(), nullptr, print_profile(*user));
  const Status made = co_await await_on<Status>(visit.loop, [&](Done<Status> done) {
    visit.people().create_user(*user, store::NewUser::any, std::move(deed), std::move(done));
  });
  if (!made && made.error().code == Code::already_exists) {
    co_return fail(Code::conflict, "There is a user of this e-mail", "email");
  }
  if (!made) co_return fail(made.error());
  json::object shown = print_user({*user, {}});
  if (password.empty()) {
    const Result<std::string> link = co_await make_link(visit, user->id);
    if (!link) co_return fail(link.error());
    shown["invite_url"] = *link;
  }
  co_return answer_with(shown);
}

Answer change_user(Visit& visit) {
  Members members(visit.request.body);
  people::UserChange change;
  if (members.has("name")) change.name = members.string("name");
  if (members.has("is_operator")) change.is_operator = members.flag("is_operator");
  if (members.has("disabled")) change.disabled = members.flag("disabled");
  DR_CO_TRY(members.status());
  if (change.name) DR_CO_TRY(people::check_name(*change.name));
  Result<people::Person> person = co_await find_person(visit);
  if (!person) co_return fail(std::move(person.error()));
  // What stays as it is ends nobody's sessions.
  if (change.is_operator == person->user.is_operator) change.is_operator.reset();
  if (change.disabled == person->user.disabled_at.has_value()) change.disabled.reset();
  people::Deed deed = visit.deed("user.change", person->user.id.text(), print_profile(person->user),
                                 print_profile(changed(person->user, change, visit.now())));
  using Changed = Result<people::User>;
  Changed user = co_await await_on<Changed>(visit.loop, [&](Done<Changed> done) {
    visit.people().change_user(person->user.id, change, std::move(deed), std::move(done));
  });
  if (!user && user.error().code == Code::conflict) {
    co_return fail(Code::conflict, "This is the last operator: make another one first");
  }
  if (!user) co_return fail(std::move(user.error()));
  person->user = std::move(*user);
  co_return answer_with(print_user(*person));
}

Answer invite_user(Visit& visit) {
  const Result<people::Person> person = co_await find_person(visit);
  if (!person) co_return fail(person.error());
  const Result<std::string> link = co_await make_link(visit, person->user.id);
  if (!link) co_return fail(link.error());
  co_return answer_with({{"invite_url", *link}});
}

Answer accept_invite(Visit& visit) {
  Members members(visit.request.body);
  const Secret token(members.required_string("token"));
  const Secret password(members.required_string("password"));
  DR_CO_TRY(members.status());
  DR_CO_TRY(people::check_new_password(password, "password"));
  // Looked at before the password is hashed, so that strangers do not keep the hashing busy.
  const people::Digest digest = people::digest_of(token);
  using Found = Result<std::optional<people::Invite>>;
  const Found invite = co_await await_on<Found>(
      visit.loop, [&](Done<Found> done) { visit.people().find_invite(digest, std::move(done)); });
  if (!invite) co_return fail(invite.error());
  if (!*invite || visit.now() >= (*invite)->expires_at) co_return used_link();
  Result<Secret> hash = co_await visit.services.entrance.hash(visit.loop, password);
  if (!hash) co_return fail(std::move(hash.error()));
  FreshSession fresh = make_session(visit, (*invite)->user);
  people::Deed deed = visit.deed("invite.accept", "");
  using Entered = Result<people::User>;
  const Entered user = co_await await_on<Entered>(visit.loop, [&](Done<Entered> done) {
    visit.people().accept_invite(digest, std::move(*hash), fresh.session, std::move(deed), std::move(done));
  });
  if (!user && user.error().code == Code::not_found) co_return used_link();
  if (!user) co_return fail(user.error());
  co_return co_await answer_fresh(visit, user->id, std::move(fresh));
}

}  // namespace darkroom::api::console
