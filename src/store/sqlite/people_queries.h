// What is asked about people: by a reader, and by the writer before it changes something.
// Threads: those of the connection.
#pragma once

#include "store/people_store.h"
#include "store/sqlite/statement.h"

namespace darkroom::store::sqlite {

class PeopleQueries {
 public:
  explicit PeopleQueries(Database& database);

  Result<std::optional<people::Person>> find_user(UserId id);
  Result<std::optional<people::User>> find_user_by_email(const std::string& email);
  Result<std::vector<people::Person>> list_users(const UserFilter& filter);
  Result<bool> has_operator();
  Result<std::optional<SessionView>> find_session(const people::Digest& token);
  Result<std::vector<people::Session>> list_sessions(UserId user);
  Result<std::optional<people::Invite>> find_invite(const people::Digest& token);
  Result<std::vector<Member>> list_members(AccountId account);
  Result<std::vector<account::Account>> list_accounts(const AccountFilter& filter);
  Result<std::optional<account::Account>> find_account(AccountId id);
  Result<std::vector<people::AuditRow>> list_deeds(const DeedFilter& filter);
  Result<people::AuditReport> check_deeds();

 private:
  Result<people::Person> with_memberships(people::User user);

  Statement find_user_, find_user_by_email_, list_users_, list_memberships_, has_operator_, find_session_,
      list_sessions_, find_invite_, list_members_, list_accounts_, list_accounts_of_, find_account_, list_deeds_,
      list_deeds_of_, all_deeds_;
};

}  // namespace darkroom::store::sqlite
