#include "api/console/accounts.h"

#include <utility>

namespace darkroom::api::console {

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

}  // namespace darkroom::api::console
