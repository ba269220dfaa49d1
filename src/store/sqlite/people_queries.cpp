#include "store/sqlite/people_queries.h"

#include <algorithm>

#include "store/people_rules.h"
#include "store/sqlite/rows.h"
#include "store/store.h"

namespace darkroom::store::sqlite {
namespace {

#define DR_USER                                                                            \
  "users.id, users.email, users.name, users.password, users.is_operator, users.language, " \
  "users.created_at, users.last_login_at, users.disabled_at"
#define DR_SESSION "id, user, token, created_at, last_seen_at, address, user_agent"
#define DR_DEED                                                                           \
  "number, at, actor, actor_email, action, account, account_name, target, value_before, " \
  "value_after, address, request_id, digest"

template <class T>
std::optional<T> read_maybe(Query& query) {
  if (query.is_null()) {
    query.skip();
    return std::nullopt;
  }
  T id;
  query.read(id);
  return id;
}

people::User read_user(Query& query) {
  people::User user;
  query.read(user.id);
  user.email = query.text();
  user.name = query.text();
  user.password = Secret(std::string(query.text()));
  user.is_operator = query.flag();
  if (!query.is_null()) {
    user.language = query.number<people::Language>();
  } else {
    query.skip();
  }
  user.created_at = query.time();
  user.last_login_at = query.maybe_time();
  user.disabled_at = query.maybe_time();
  return user;
}

people::Session read_session(Query& query) {
  people::Session session;
  query.read(session.id);
  query.read(session.user);
  session.token = query.bytes<32>();
  session.created_at = query.time();
  session.last_seen_at = query.time();
  session.address = query.text();
  session.user_agent = query.text();
  return session;
}

people::AuditRow read_deed(Query& query) {
  people::AuditRow row;
  row.number = query.number<std::uint64_t>();
  people::Deed& deed = row.deed;
  deed.at = query.time();
  deed.actor = read_maybe<UserId>(query);
  deed.actor_email = query.text();
  deed.action = query.text();
  deed.account = read_maybe<AccountId>(query);
  deed.account_name = query.text();
  deed.target = query.text();
  deed.before = query.text();
  deed.after = query.text();
  deed.address = query.text();
  deed.request_id = query.text();
  row.digest = query.bytes<32>();
  return row;
}

template <class Read>
auto read_all(Query query, Read read) -> Result<std::vector<decltype(read(query))>> {
  std::vector<decltype(read(query))> rows;
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return fail(row.error());
    if (!*row) return rows;
    rows.push_back(read(query));
  }
}

template <class Read>
auto read_first(Query query, Read read) -> Result<std::optional<decltype(read(query))>> {
  const Result<bool> row = query.next();
  if (!row) return fail(row.error());
  if (!*row) return std::nullopt;
  return read(query);
}

std::int64_t clamp(std::size_t limit) { return static_cast<std::int64_t>(std::min(limit, kMaxPage)); }

const UserId kYoungerThanAny = [] {
  UserId id;
  id.bytes.fill(0xff);
  return id;
}();

}  // namespace

PeopleQueries::PeopleQueries(Database& database)
    : find_user_(database, "SELECT " DR_USER " FROM users WHERE id = ?"),
      find_user_by_email_(database, "SELECT " DR_USER " FROM users WHERE email = ?"),
      list_users_(database, "SELECT " DR_USER " FROM users WHERE id < ? ORDER BY id DESC LIMIT ?"),
      list_memberships_(database,
                        "SELECT accounts.id, accounts.name, role FROM memberships JOIN accounts ON accounts.id = "
                        "memberships.account WHERE user = ? ORDER BY accounts.name"),
      has_operator_(database, "SELECT 1 FROM users WHERE is_operator = 1 LIMIT 1"),
      find_session_(database, "SELECT " DR_SESSION " FROM sessions WHERE token = ?"),
      list_sessions_(database, "SELECT " DR_SESSION " FROM sessions WHERE user = ? ORDER BY id DESC"),
      find_invite_(database, "SELECT token, user, expires_at FROM invites WHERE token = ?"),
      list_members_(database,
                    "SELECT users.id, users.email, users.name, role FROM memberships JOIN users ON users.id = "
                    "memberships.user WHERE account = ? ORDER BY users.email"),
      list_accounts_(database,
                     "SELECT id, name, created_at FROM accounts WHERE name > ?1 AND substr(name, 1, length(?2)) = ?2 "
                     "ORDER BY name LIMIT ?3"),
      list_accounts_of_(database,
                        "SELECT id, name, created_at FROM accounts JOIN memberships ON memberships.account = id "
                        "WHERE user = ?4 AND name > ?1 AND substr(name, 1, length(?2)) = ?2 ORDER BY name LIMIT ?3"),
      find_account_(database, "SELECT id, name, created_at FROM accounts WHERE id = ?"),
      list_deeds_(database, "SELECT " DR_DEED " FROM deeds WHERE number < ? ORDER BY number DESC"),
      list_deeds_of_(database, "SELECT " DR_DEED
                               " FROM deeds INDEXED BY deeds_of_account WHERE number < ? AND account = ? "
                               "ORDER BY number DESC"),
      all_deeds_(database, "SELECT " DR_DEED " FROM deeds ORDER BY number") {}

Result<people::Person> PeopleQueries::with_memberships(people::User user) {
  auto memberships = read_all(list_memberships_.start(user.id), [](Query& query) {
    people::Membership membership;
    query.read(membership.account);
    membership.account_name = query.text();
    membership.role = query.number<people::Role>();
    return membership;
  });
  if (!memberships) return fail(std::move(memberships.error()));
  return people::Person{std::move(user), std::move(*memberships)};
}

Result<std::optional<people::Person>> PeopleQueries::find_user(UserId id) {
  Result<std::optional<people::User>> user = read_first(find_user_.start(id), read_user);
  if (!user) return fail(std::move(user.error()));
  if (!*user) return std::nullopt;
  return with_memberships(std::move(**user));
}

Result<std::optional<people::User>> PeopleQueries::find_user_by_email(const std::string& email) {
  return read_first(find_user_by_email_.start(email), read_user);
}

Result<std::vector<people::Person>> PeopleQueries::list_users(const UserFilter& filter) {
  Result<std::vector<people::User>> users =
      read_all(list_users_.start(filter.before.value_or(kYoungerThanAny), clamp(filter.limit)), read_user);
  if (!users) return fail(std::move(users.error()));
  std::vector<people::Person> page;
  for (people::User& user : *users) {
    Result<people::Person> person = with_memberships(std::move(user));
    if (!person) return fail(std::move(person.error()));
    page.push_back(std::move(*person));
  }
  return page;
}

Result<bool> PeopleQueries::has_operator() { return has_operator_.start().next(); }

Result<std::optional<SessionView>> PeopleQueries::find_session(const people::Digest& token) {
  Result<std::optional<people::Session>> session = read_first(find_session_.start(token), read_session);
  if (!session) return fail(std::move(session.error()));
  if (!*session) return std::nullopt;
  Result<std::optional<people::Person>> person = find_user((*session)->user);
  if (!person) return fail(std::move(person.error()));
  if (!*person) return std::nullopt;
  return SessionView{std::move(**session), std::move(**person)};
}

Result<std::vector<people::Session>> PeopleQueries::list_sessions(UserId user) {
  return read_all(list_sessions_.start(user), read_session);
}

Result<std::optional<people::Invite>> PeopleQueries::find_invite(const people::Digest& token) {
  return read_first(find_invite_.start(token), [](Query& query) {
    people::Invite invite;
    invite.token = query.bytes<32>();
    query.read(invite.user);
    invite.expires_at = query.time();
    return invite;
  });
}

Result<std::vector<Member>> PeopleQueries::list_members(AccountId account) {
  return read_all(list_members_.start(account), [](Query& query) {
    Member member;
    query.read(member.id);
    member.email = query.text();
    member.name = query.text();
    member.role = query.number<people::Role>();
    return member;
  });
}

Result<std::vector<account::Account>> PeopleQueries::list_accounts(const AccountFilter& filter) {
  if (!filter.member) {
    return read_all(list_accounts_.start(filter.after, filter.prefix, clamp(filter.limit)), read_account);
  }
  return read_all(list_accounts_of_.start(filter.after, filter.prefix, clamp(filter.limit), *filter.member),
                  read_account);
}

Result<std::optional<account::Account>> PeopleQueries::find_account(AccountId id) {
  return read_first(find_account_.start(id), read_account);
}

Result<std::vector<people::AuditRow>> PeopleQueries::list_deeds(const DeedFilter& filter) {
  const auto before = static_cast<std::int64_t>(std::min<std::uint64_t>(filter.before.value_or(INT64_MAX), INT64_MAX));
  Query query = filter.account ? list_deeds_of_.start(before, *filter.account) : list_deeds_.start(before);
  std::vector<people::AuditRow> page;
  while (page.size() < std::min(filter.limit, kMaxPage)) {
    const Result<bool> row = query.next();
    if (!row) return fail(row.error());
    if (!*row) break;
    people::AuditRow read = read_deed(query);
    if (matches(filter, read.deed)) page.push_back(std::move(read));
  }
  return page;
}

Result<people::AuditReport> PeopleQueries::check_deeds() {
  people::AuditCheck check;
  Query query = all_deeds_.start();
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return fail(row.error());
    if (!*row) return check.report();
    check.add(read_deed(query));
  }
}

}  // namespace darkroom::store::sqlite
