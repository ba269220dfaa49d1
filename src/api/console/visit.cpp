#include "api/console/visit.h"

#include <fmt/format.h>

#include <utility>

#include "api/nullable.h"
#include "api/query.h"

namespace darkroom::api::console {
namespace {

std::string print_or_empty(const json::value& value) { return value.is_null() ? "" : json::print(value); }

}  // namespace

people::Deed Visit::deed(std::string action, std::string target, const json::value& before,
                         const json::value& after) const {
  people::Deed deed;
  deed.at = now();
  if (!person.user.email.empty()) deed.actor = person.user.id;
  deed.actor_email = person.user.email;
  deed.action = std::move(action);
  if (place) {
    deed.account = place->account.id;
    deed.account_name = place->account.name;
  }
  deed.target = std::move(target);
  deed.before = print_or_empty(before);
  deed.after = print_or_empty(after);
  deed.address = request.peer;
  deed.request_id = request.request_id;
  return deed;
}

Async<Result<account::Account>> find_account(Visit& visit, std::string id_or_name) {
  using Found = Result<std::optional<account::Account>>;
  const std::optional<AccountId> id = AccountId::parse(id_or_name);
  Found found = co_await await_on<Found>(visit.loop, [&](Done<Found> done) {
    if (id) {
      visit.people().find_account_of_id(*id, std::move(done));
    } else {
      visit.services.store.find_account(id_or_name, std::move(done));
    }
  });
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(Code::object_not_found);
  co_return std::move(**found);
}

Async<Status> note(Visit& visit, people::Deed deed) {
  co_return co_await await_on<Status>(
      visit.loop, [&](Done<Status> done) { visit.people().add_deed(std::move(deed), std::move(done)); });
}

http::Response answer_with(const json::object& tree) {
  http::Response response;
  response.body = json::print(tree);
  return response;
}

http::Response answer_page(json::array data, std::string_view next_cursor) {
  json::object page;
  page["data"] = std::move(data);
  page["next_cursor"] = text_or_null(next_cursor);
  return answer_with(page);
}

Result<std::size_t> page_limit(const Visit& visit) { return read_limit(visit.request, kUsualPage, kMostPage); }

json::object print_account(const account::Account& account) {
  return {{"id", account.id.text()}, {"name", account.name}};
}

json::object print_account(const people::Membership& membership) {
  return {{"id", membership.account.text()}, {"name", membership.account_name}};
}

}  // namespace darkroom::api::console
