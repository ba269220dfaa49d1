// The people of the console as the writer changes them.
// Threads: the writer's. A verb that fails may have changed rows; the writer then rolls back.
#pragma once

#include "store/sqlite/people_queries.h"

namespace darkroom::store::sqlite {

class PeopleTable {
 public:
  explicit PeopleTable(Database& database);

  Status create_user(const people::User& user, NewUser which, const people::Deed& deed);
  Result<people::User> change_user(UserId id, const people::UserChange& change, const people::Deed& deed);
  Status start_session(const people::Session& session, const people::Deed& deed);
  Status see_session(SessionId id, WallTime at);
  Status end_session(UserId user, SessionId id, const people::Deed& deed);
  Status put_invite(const people::Invite& invite, const people::Deed& deed);
  Result<people::User> accept_invite(const people::Digest& token, const Secret& password, people::Session session,
                                     people::Deed deed);
  Status put_member(AccountId account, UserId user, people::Role role, const people::Deed& deed);
  Status remove_member(AccountId account, UserId user, const people::Deed& deed);
  Status add_deed(const people::Deed& deed);

 private:
  // not_found without such a user.
  Result<people::User> get_user(UserId id);
  Status put_user(const people::User& user);
  Status put_session(const people::Session& session);

  Database& database_;
  PeopleQueries look_;
  Statement insert_user_, put_user_, other_operator_, insert_session_, drop_ended_, see_session_, end_session_,
      end_sessions_, put_invite_, remove_invite_, put_member_, remove_member_, last_deed_, insert_deed_;
};

}  // namespace darkroom::store::sqlite
