#include "api/console/members.h"

#include <utility>

#include "api/members.h"

namespace darkroom::api::console {
namespace {

json::object print_member(const store::Member& member) {
  json::object shown;
  shown["user"] = json::object{{"id", member.id.text()}, {"email", member.email}, {"name", member.name}};
  shown["role"] = people::print(member.role);
  return shown;
}

Result<people::Role> read_role(Members& members) {
  const std::string text = members.required_string("role");
  DR_TRY(members.status());
  if (const auto role = people::parse_role(text)) return *role;
  return fail(Code::invalid_parameter, "role must be \"member\" or \"owner\"", "role");
}

Async<Result<store::Member>> find_member(Visit& visit, UserId user) {
  using List = Result<std::vector<store::Member>>;
  const AccountId account = visit.account().id;
  List list = co_await await_on<List>(visit.loop,
                                      [&](Done<List> done) { visit.people().list_members(account, std::move(done)); });
  if (!list) co_return fail(std::move(list.error()));
  for (store::Member& member : *list) {
    if (member.id == user) co_return std::move(member);
  }
  co_return fail(Code::object_not_found);
}

// The user is put into the account or changed there, and shown.
Async<Result<http::Response>> put(Visit& visit, UserId user, people::Role role) {
  Result<store::Member> before = co_await find_member(visit, user);
  if (!before && before.error().code != Code::object_not_found) co_return fail(std::move(before.error()));
  json::object after = {{"role", people::print(role)}};
  people::Deed deed =
      before ? visit.deed("member.change", user.text(), json::object{{"role", people::print(before->role)}}, after)
             : visit.deed("member.add", user.text(), nullptr, after);
  const AccountId account = visit.account().id;
  DR_CO_TRY(co_await await_on<Status>(visit.loop, [&](Done<Status> done) {
    visit.people().put_member(account, user, role, std::move(deed), std::move(done));
  }));
  const Result<store::Member> member = co_await find_member(visit, user);
  if (!member) co_return fail(member.error());
  co_return answer_with(print_member(*member));
}

}  // namespace

// The cursor is the last e-mail of the page before.
Answer list_members(Visit& visit) {
  using List = Result<std::vector<store::Member>>;
  const AccountId account = visit.account().id;
  const List list = co_await await_on<List>(
      visit.loop, [&](Done<List> done) { visit.people().list_members(account, std::move(done)); });
  if (!list) co_return fail(list.error());
  const Result<std::size_t> limit = page_limit(visit);
  if (!limit) co_return fail(limit.error());
  const std::string after = visit.request.query_parameter("cursor").value_or("");
  json::array data;
  std::string last;
  for (const store::Member& member : *list) {
    if (member.email <= after) continue;
    if (data.size() == *limit) co_return answer_page(std::move(data), last);
    data.push_back(print_member(member));
    last = member.email;
  }
  co_return answer_page(std::move(data));
}

Answer add_member(Visit& visit) {
  Members members(visit.request.body);
  const std::string given = members.required_string("email");
  const Result<people::Role> role = read_role(members);
  if (!role) co_return fail(role.error());
  const Result<std::string> email = people::read_email(given);
  if (!email) co_return fail(email.error());
  using Found = Result<std::optional<people::User>>;
  Found found = co_await await_on<Found>(
      visit.loop, [&](Done<Found> done) { visit.people().find_user_by_email(*email, std::move(done)); });
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(Code::object_not_found, "No user has this e-mail: an operator makes users", "email");
  co_return co_await put(visit, (*found)->id, *role);
}

// Of those who belong to the account already; others join by their e-mail.
Answer put_member(Visit& visit) {
  Members members(visit.request.body);
  const Result<people::Role> role = read_role(members);
  if (!role) co_return fail(role.error());
  const std::optional<UserId> user = UserId::parse(visit.params.get("user"));
  if (!user) co_return fail(Code::object_not_found);
  const Result<store::Member> before = co_await find_member(visit, *user);
  if (!before) co_return fail(before.error());
  co_return co_await put(visit, *user, *role);
}

Answer remove_member(Visit& visit) {
  const std::optional<UserId> user = UserId::parse(visit.params.get("user"));
  if (!user) co_return fail(Code::object_not_found);
  const Result<store::Member> before = co_await find_member(visit, *user);
  if (!before) co_return fail(before.error());
  people::Deed deed = visit.deed("member.remove", user->text(), json::object{{"role", people::print(before->role)}});
  const AccountId account = visit.account().id;
  DR_CO_TRY(co_await await_on<Status>(visit.loop, [&](Done<Status> done) {
    visit.people().remove_member(account, *user, std::move(deed), std::move(done));
  }));
  co_return answer_with({});
}

}  // namespace darkroom::api::console
