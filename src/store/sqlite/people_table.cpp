#include "store/sqlite/people_table.h"

#include "store/people_rules.h"

namespace darkroom::store::sqlite {

PeopleTable::PeopleTable(Database& database)
    : database_(database),
      look_(database),
      insert_user_(database, "INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      put_user_(database,
                "UPDATE users SET name = ?2, password = ?3, is_operator = ?4, language = ?5, last_login_at = ?6, "
                "disabled_at = ?7 WHERE id = ?1"),
      other_operator_(database,
                      "SELECT 1 FROM users WHERE is_operator = 1 AND disabled_at IS NULL AND id <> ? LIMIT 1"),
      insert_session_(database, "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)"),
      drop_ended_(database, "DELETE FROM sessions WHERE created_at <= ? OR last_seen_at <= ?"),
      see_session_(database, "UPDATE sessions SET last_seen_at = ?2 WHERE id = ?1"),
      end_session_(database, "DELETE FROM sessions WHERE user = ? AND id = ?"),
      end_sessions_(database, "DELETE FROM sessions WHERE user = ?"),
      put_invite_(database, "INSERT OR REPLACE INTO invites (user, token, expires_at) VALUES (?, ?, ?)"),
      remove_invite_(database, "DELETE FROM invites WHERE user = ?"),
      put_member_(database, "INSERT OR REPLACE INTO memberships (user, account, role) VALUES (?, ?, ?)"),
      remove_member_(database, "DELETE FROM memberships WHERE user = ? AND account = ?"),
      last_deed_(database, "SELECT number, digest FROM deeds ORDER BY number DESC LIMIT 1"),
      insert_deed_(database, "INSERT INTO deeds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") {}

Result<people::User> PeopleTable::get_user(UserId id) {
  Result<std::optional<people::Person>> person = look_.find_user(id);
  if (!person) return fail(std::move(person.error()));
  if (!*person) return fail(Code::not_found, "no such user");
  return std::move((*person)->user);
}

Status PeopleTable::put_user(const people::User& user) {
  return put_user_.run(user.id, user.name, user.password.reveal(), std::int64_t{user.is_operator}, user.language,
                       user.last_login_at, user.disabled_at);
}

Status PeopleTable::put_session(const people::Session& session) {
  return insert_session_.run(session.id, session.user, session.token, session.created_at, session.last_seen_at,
                             session.address, session.user_agent);
}

Status PeopleTable::create_user(const people::User& user, NewUser which, const people::Deed& deed) {
  if (which == NewUser::first_operator) {
    const Result<bool> taken = look_.has_operator();
    if (!taken) return fail(taken.error());
    if (*taken) return fail(Code::conflict);
  }
  const Result<std::optional<people::User>> same = look_.find_user_by_email(user.email);
  if (!same) return fail(same.error());
  if (*same) return fail(Code::already_exists);
  DR_TRY(insert_user_.run(user.id, user.email, user.name, user.password.reveal(), std::int64_t{user.is_operator},
                          user.language, user.created_at, user.last_login_at, user.disabled_at));
  return add_deed(deed);
}

Result<people::User> PeopleTable::change_user(UserId id, const people::UserChange& change, const people::Deed& deed) {
  const Result<people::User> before = get_user(id);
  if (!before) return before;
  people::User after = people::changed(*before, change, deed.at);
  const auto operates = [](const people::User& user) { return user.is_operator && !user.disabled_at; };
  if (operates(*before) && !operates(after)) {
    const Result<bool> other = other_operator_.start(id).next();
    if (!other) return fail(other.error());
    if (!*other) return fail(Code::conflict);
  }
  DR_TRY(put_user(after));
  if (change.ends_sessions()) DR_TRY(end_sessions_.run(id));
  DR_TRY(add_deed(deed));
  return after;
}

Status PeopleTable::start_session(const people::Session& session, const people::Deed& deed) {
  Result<people::User> user = get_user(session.user);
  if (!user) return fail(std::move(user.error()));
  if (user->disabled_at) return fail(Code::not_found);
  const WallTime now = session.created_at;
  DR_TRY(drop_ended_.run(WallTime(now - people::kLivesAtMost), WallTime(now - people::kIdleAtMost)));
  const Result<std::vector<people::Session>> others = look_.list_sessions(session.user);
  if (!others) return fail(others.error());
  for (const SessionId id : sessions_without_room(*others)) DR_TRY(end_session_.run(session.user, id));
  DR_TRY(put_session(session));
  user->last_login_at = now;
  DR_TRY(put_user(*user));
  return add_deed(deed);
}

Status PeopleTable::see_session(SessionId id, WallTime at) { return see_session_.run(id, at); }

Status PeopleTable::end_session(UserId user, SessionId id, const people::Deed& deed) {
  const std::int64_t before = database_.total_changes();
  DR_TRY(end_session_.run(user, id));
  if (database_.total_changes() == before) return fail(Code::not_found);
  return add_deed(deed);
}

Status PeopleTable::put_invite(const people::Invite& invite, const people::Deed& deed) {
  const Result<people::User> user = get_user(invite.user);
  if (!user) return fail(user.error());
  DR_TRY(put_invite_.run(invite.user, invite.token, invite.expires_at));
  return add_deed(deed);
}

Result<people::User> PeopleTable::accept_invite(const people::Digest& token, const Secret& password,
                                                people::Session session, people::Deed deed) {
  const Result<std::optional<people::Invite>> invite = look_.find_invite(token);
  if (!invite) return fail(invite.error());
  if (!*invite || deed.at >= (*invite)->expires_at) return fail(Code::not_found);
  Result<people::User> user = get_user((*invite)->user);
  if (!user) return user;
  if (user->disabled_at) return fail(Code::not_found);
  DR_TRY(remove_invite_.run(user->id));
  user->password = password;
  user->last_login_at = session.created_at;
  DR_TRY(put_user(*user));
  DR_TRY(end_sessions_.run(user->id));
  session.user = user->id;
  DR_TRY(put_session(session));
  name_actor(deed, *user);
  DR_TRY(add_deed(deed));
  return user;
}

Status PeopleTable::put_member(AccountId account, UserId user, people::Role role, const people::Deed& deed) {
  const Result<std::optional<account::Account>> place = look_.find_account(account);
  if (!place) return fail(place.error());
  if (!*place) return fail(Code::not_found);
  const Result<people::User> person = get_user(user);
  if (!person) return fail(person.error());
  DR_TRY(put_member_.run(user, account, role));
  return add_deed(deed);
}

Status PeopleTable::remove_member(AccountId account, UserId user, const people::Deed& deed) {
  const std::int64_t before = database_.total_changes();
  DR_TRY(remove_member_.run(user, account));
  if (database_.total_changes() == before) return fail(Code::not_found);
  return add_deed(deed);
}

Status PeopleTable::add_deed(const people::Deed& deed) {
  people::AuditRow row{1, deed, {}};
  people::Digest previous{};
  {
    Query last = last_deed_.start();
    const Result<bool> is_there = last.next();
    if (!is_there) return fail(is_there.error());
    if (*is_there) {
      row.number = last.number<std::uint64_t>() + 1;
      previous = last.bytes<32>();
    }
  }
  row.digest = people::chain(previous, row.number, deed);
  return insert_deed_.run(static_cast<std::int64_t>(row.number), deed.at, deed.actor, deed.actor_email, deed.action,
                          deed.account, deed.account_name, deed.target, deed.before, deed.after, deed.address,
                          deed.request_id, row.digest);
}

}  // namespace darkroom::store::sqlite
