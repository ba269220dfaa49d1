#include "api/console/accounts.h"

#include <utility>

#include "api/account.h"
#include "api/members.h"

namespace darkroom::api::console {
namespace {

json::object print_balances(const Visit& visit, const usecase::Balances& balances) {
  json::object shown;
  shown["account"] = print_account(visit.account());
  shown["live"] = print_balance(balances.live);
  shown["test"] = print_balance(balances.test);
  return shown;
}

}  // namespace

// The cursor is the last name of the page before.
Answer list_accounts(Visit& visit) {
  const Result<std::size_t> limit = page_limit(visit);
  if (!limit) co_return fail(limit.error());
  store::AccountFilter filter;
  if (!visit.is_operator()) filter.member = visit.person.user.id;
  filter.prefix = visit.request.query_parameter("query").value_or("");
  filter.after = visit.request.query_parameter("cursor").value_or("");
  filter.limit = *limit + 1;
  using Page = Result<std::vector<account::Account>>;
  Page page = co_await await_on<Page>(
      visit.loop, [&](Done<Page> done) { visit.people().list_accounts(std::move(filter), std::move(done)); });
  if (!page) co_return fail(std::move(page.error()));
  const bool has_more = page->size() > *limit;
  if (has_more) page->pop_back();
  json::array data;
  for (const account::Account& account : *page) {
    const people::Membership* mine = visit.person.find_membership(account.id.text());
    json::object row = print_account(account);
    row["role"] = visit.is_operator() ? "operator" : people::print(mine == nullptr ? people::Role::member : mine->role);
    data.push_back(std::move(row));
  }
  co_return answer_page(std::move(data), has_more ? page->back().name : std::string());
}

Answer create_account(Visit& visit) {
  Members members(visit.request.body);
  std::string name = members.required_string("name");
  DR_CO_TRY(members.status());
  const Result<account::Account> made =
      co_await visit.services.api.accounts.create_account(visit.loop, std::move(name));
  if (!made) co_return fail(made.error());
  people::Deed deed = visit.deed("account.create", made->id.text(), nullptr, print_account(*made));
  deed.account = made->id;
  deed.account_name = made->name;
  DR_CO_TRY(co_await note(visit, std::move(deed)));
  co_return answer_with(print_account(*made));
}

Answer grant_credits(Visit& visit) {
  Members members(visit.request.body);
  usecase::Grant grant;
  grant.account = visit.account().name;
  grant.book = members.flag("test") ? ledger::Book::test : ledger::Book::live;
  const std::string credits = members.required_string("credits");
  DR_CO_TRY(members.status());
  const Result<MicroCredits> amount = MicroCredits::parse_credits(credits);
  if (!amount) co_return fail(Code::invalid_parameter, "credits must be a number such as \"12.5\"", "credits");
  grant.amount = *amount;
  const json::object what = {{"credits", amount->text()}, {"book", ledger::print(grant.book)}};
  const Result<usecase::Balances> balances = co_await visit.services.api.accounts.grant(visit.loop, std::move(grant));
  if (!balances) co_return fail(balances.error());
  people::Deed deed = visit.deed("credits.grant", visit.account().id.text(), nullptr, what);
  DR_CO_TRY(co_await note(visit, std::move(deed)));
  co_return answer_with(print_balances(visit, *balances));
}

}  // namespace darkroom::api::console
