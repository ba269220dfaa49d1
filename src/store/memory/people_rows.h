// The people of the memory store, as plain functions that either do everything or nothing.
// Threads: one at a time.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "store/people_store.h"

namespace darkroom::store {

class PeopleRows {
 public:
  using Accounts = std::map<AccountId, account::Account>;

  explicit PeopleRows(const Accounts& accounts) : accounts_(accounts) {}

  Status create_user(const people::User& user, NewUser which, const people::Deed& deed);
  Result<people::User> change_user(UserId id, const people::UserChange& change, const people::Deed& deed);
  std::optional<people::Person> find_user(UserId id) const;
  std::optional<people::User> find_user_by_email(const std::string& email) const;
  std::vector<people::Person> list_users(const UserFilter& filter) const;
  bool has_operator() const;

  Status start_session(const people::Session& session, const people::Deed& deed);
  std::optional<SessionView> find_session(const people::Digest& token) const;
  void see_session(SessionId id, WallTime at);
  std::vector<people::Session> list_sessions(UserId user) const;
  Status end_session(UserId user, SessionId id, const people::Deed& deed);

  Status put_invite(const people::Invite& invite, const people::Deed& deed);
  std::optional<people::Invite> find_invite(const people::Digest& token) const;
  Result<people::User> accept_invite(const people::Digest& token, const Secret& password, people::Session session,
                                     people::Deed deed);

  Status put_member(AccountId account, UserId user, people::Role role, const people::Deed& deed);
  Status remove_member(AccountId account, UserId user, const people::Deed& deed);
  std::vector<Member> list_members(AccountId account) const;
  std::vector<account::Account> list_accounts(const AccountFilter& filter) const;
  std::optional<account::Account> find_account(AccountId id) const;

  void add_deed(const people::Deed& deed);
  std::vector<people::AuditRow> list_deeds(const DeedFilter& filter) const;
  people::AuditReport check_deeds() const;

 private:
  people::Person person(const people::User& user) const;
  void end_sessions(UserId user);
  void drop_old_sessions(UserId user, WallTime now);

  const Accounts& accounts_;
  std::map<UserId, people::User> users_;
  std::map<SessionId, people::Session> sessions_;
  std::map<UserId, people::Invite> invites_;
  std::map<std::pair<AccountId, UserId>, people::Role> members_;
  std::vector<people::AuditRow> deeds_;
};

}  // namespace darkroom::store
