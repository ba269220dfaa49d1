#include "store/memory/people_rows.h"

#include <algorithm>

#include "store/people_rules.h"

namespace darkroom::store {

Status PeopleRows::create_user(const people::User& user, NewUser which, const people::Deed& deed) {
  if (which == NewUser::first_operator && has_operator()) return fail(Code::conflict);
  if (users_.contains(user.id) || find_user_by_email(user.email)) return fail(Code::already_exists);
  users_.emplace(user.id, user);
  add_deed(deed);
  return {};
}

Result<people::User> PeopleRows::change_user(UserId id, const people::UserChange& change, const people::Deed& deed) {
  const auto found = users_.find(id);
  if (found == users_.end()) return fail(Code::not_found);
  people::User after = people::changed(found->second, change, deed.at);
  const auto operates = [](const people::User& user) { return user.is_operator && !user.disabled_at; };
  const auto others = std::ranges::count_if(users_, [&](const auto& row) { return operates(row.second); }) -
                      (operates(found->second) ? 1 : 0);
  if (operates(found->second) && !operates(after) && others == 0) return fail(Code::conflict);
  found->second = after;
  if (change.ends_sessions()) end_sessions(id);
  add_deed(deed);
  return after;
}

people::Person PeopleRows::person(const people::User& user) const {
  people::Person person{user, {}};
  for (const auto& [place, role] : members_) {
    if (place.second == user.id) person.memberships.push_back({place.first, accounts_.at(place.first).name, role});
  }
  std::ranges::sort(person.memberships, {}, &people::Membership::account_name);
  return person;
}

std::optional<people::Person> PeopleRows::find_user(UserId id) const {
  const auto found = users_.find(id);
  if (found == users_.end()) return std::nullopt;
  return person(found->second);
}

std::optional<people::User> PeopleRows::find_user_by_email(const std::string& email) const {
  const auto found = std::ranges::find_if(users_, [&](const auto& row) { return row.second.email == email; });
  if (found == users_.end()) return std::nullopt;
  return found->second;
}

std::vector<people::Person> PeopleRows::list_users(const UserFilter& filter) const {
  std::vector<people::Person> page;
  auto at = filter.before ? users_.lower_bound(*filter.before) : users_.end();
  while (at != users_.begin() && page.size() < filter.limit) page.push_back(person((--at)->second));
  return page;
}

bool PeopleRows::has_operator() const {
  return std::ranges::any_of(users_, [](const auto& row) { return row.second.is_operator; });
}

void PeopleRows::end_sessions(UserId user) {
  std::erase_if(sessions_, [user](const auto& row) { return row.second.user == user; });
}

void PeopleRows::drop_old_sessions(UserId user, WallTime now) {
  std::erase_if(sessions_, [now](const auto& row) { return !people::is_live(row.second, now); });
  for (const SessionId id : sessions_without_room(list_sessions(user))) sessions_.erase(id);
}

Status PeopleRows::start_session(const people::Session& session, const people::Deed& deed) {
  const auto user = users_.find(session.user);
  if (user == users_.end() || user->second.disabled_at) return fail(Code::not_found);
  drop_old_sessions(session.user, session.created_at);
  sessions_.emplace(session.id, session);
  user->second.last_login_at = session.created_at;
  add_deed(deed);
  return {};
}

std::optional<SessionView> PeopleRows::find_session(const people::Digest& token) const {
  const auto found = std::ranges::find_if(sessions_, [&](const auto& row) { return row.second.token == token; });
  if (found == sessions_.end()) return std::nullopt;
  return SessionView{found->second, person(users_.at(found->second.user))};
}

void PeopleRows::see_session(SessionId id, WallTime at) {
  if (const auto found = sessions_.find(id); found != sessions_.end()) found->second.last_seen_at = at;
}

std::vector<people::Session> PeopleRows::list_sessions(UserId user) const {
  std::vector<people::Session> list;
  for (const auto& [id, session] : sessions_) {
    if (session.user == user) list.push_back(session);
  }
  std::ranges::reverse(list);
  return list;
}

Status PeopleRows::end_session(UserId user, SessionId id, const people::Deed& deed) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second.user != user) return fail(Code::not_found);
  sessions_.erase(found);
  add_deed(deed);
  return {};
}

Status PeopleRows::put_invite(const people::Invite& invite, const people::Deed& deed) {
  if (!users_.contains(invite.user)) return fail(Code::not_found);
  invites_.insert_or_assign(invite.user, invite);
  add_deed(deed);
  return {};
}

std::optional<people::Invite> PeopleRows::find_invite(const people::Digest& token) const {
  const auto invite = std::ranges::find_if(invites_, [&](const auto& row) { return row.second.token == token; });
  if (invite == invites_.end()) return std::nullopt;
  return invite->second;
}

Result<people::User> PeopleRows::accept_invite(const people::Digest& token, const Secret& password,
                                               people::Session session, people::Deed deed) {
  const std::optional<people::Invite> invite = find_invite(token);
  if (!invite || deed.at >= invite->expires_at) return fail(Code::not_found);
  people::User& user = users_.at(invite->user);
  if (user.disabled_at) return fail(Code::not_found);
  invites_.erase(user.id);
  user.password = password;
  user.last_login_at = session.created_at;
  end_sessions(user.id);
  session.user = user.id;
  sessions_.emplace(session.id, session);
  name_actor(deed, user);
  add_deed(deed);
  return user;
}

Status PeopleRows::put_member(AccountId account, UserId user, people::Role role, const people::Deed& deed) {
  if (!accounts_.contains(account) || !users_.contains(user)) return fail(Code::not_found);
  members_.insert_or_assign({account, user}, role);
  add_deed(deed);
  return {};
}

Status PeopleRows::remove_member(AccountId account, UserId user, const people::Deed& deed) {
  if (members_.erase({account, user}) == 0) return fail(Code::not_found);
  add_deed(deed);
  return {};
}

std::vector<Member> PeopleRows::list_members(AccountId account) const {
  std::vector<Member> list;
  for (const auto& [place, role] : members_) {
    if (place.first != account) continue;
    const people::User& user = users_.at(place.second);
    list.push_back({user.id, user.email, user.name, role});
  }
  std::ranges::sort(list, {}, &Member::email);
  return list;
}

std::vector<account::Account> PeopleRows::list_accounts(const AccountFilter& filter) const {
  std::vector<account::Account> page;
  for (const auto& [id, account] : accounts_) {
    const bool has_member = !filter.member || members_.contains({id, *filter.member});
    if (has_member && account.name.starts_with(filter.prefix) && account.name > filter.after) page.push_back(account);
  }
  std::ranges::sort(page, {}, &account::Account::name);
  if (page.size() > filter.limit) page.resize(filter.limit);
  return page;
}

std::optional<account::Account> PeopleRows::find_account(AccountId id) const {
  const auto found = accounts_.find(id);
  if (found == accounts_.end()) return std::nullopt;
  return found->second;
}

void PeopleRows::add_deed(const people::Deed& deed) {
  const people::Digest previous = deeds_.empty() ? people::Digest{} : deeds_.back().digest;
  const std::uint64_t number = deeds_.size() + 1;
  deeds_.push_back({number, deed, people::chain(previous, number, deed)});
}

std::vector<people::AuditRow> PeopleRows::list_deeds(const DeedFilter& filter) const {
  std::vector<people::AuditRow> page;
  for (auto row = deeds_.rbegin(); row != deeds_.rend() && page.size() < filter.limit; ++row) {
    if (!filter.before || row->number < *filter.before) {
      if (matches(filter, row->deed)) page.push_back(*row);
    }
  }
  return page;
}

people::AuditReport PeopleRows::check_deeds() const {
  people::AuditCheck check;
  for (const people::AuditRow& row : deeds_) check.add(row);
  return check.report();
}

}  // namespace darkroom::store
