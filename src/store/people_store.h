// The part of the store that the console's people need: users, their sessions and one-time links, who belongs to which
// account, and the log of changes. A verb that changes something takes the row of the log that tells of it, and writes
// both in one transaction.
// Threads and failures: as of Store, which hands it out and closes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "account/account.h"
#include "people/audit.h"
#include "people/person.h"
#include "people/session.h"
#include "store/done.h"

namespace darkroom::store {

// Whose cookie it is, and who that is.
struct SessionView {
  people::Session session;
  people::Person person;
};

struct UserFilter {
  std::optional<UserId> before;  // older than this one
  std::size_t limit = 25;        // at most kMaxPage
};

struct AccountFilter {
  std::optional<UserId> member = {};  // whom it has
  std::string prefix = {};            // of its name
  std::string after = {};             // the name before it in the order of names
  std::size_t limit = 25;             // at most kMaxPage
};

struct Member {
  UserId id;
  std::string email;
  std::string name;
  people::Role role = people::Role::member;
};

struct DeedFilter {
  std::optional<AccountId> account = {};
  std::optional<UserId> actor = {};
  std::string action = {};                   // this one, or, if it ends in '.', those that begin with it; empty: all
  std::optional<std::uint64_t> before = {};  // with a smaller number
  std::size_t limit = 25;                    // at most kMaxPage
};

// Is a user made whatever there is, or as the first operator only?
enum class NewUser : std::uint8_t { any, first_operator };

class PeopleStore {
 public:
  virtual ~PeopleStore() = default;

  // already_exists if the id or e-mail is taken; conflict if it should be the first operator and is not.
  virtual void create_user(people::User user, NewUser which, people::Deed deed, Done<void> done) = 0;
  // The user afterwards; ends their sessions where the change says so. not_found; conflict if no operator that is not
  // disabled would be left.
  virtual void change_user(UserId id, people::UserChange change, people::Deed deed, Done<people::User> done) = 0;
  virtual void find_user(UserId id, Done<std::optional<people::Person>> done) = 0;
  virtual void find_user_by_email(std::string email, Done<std::optional<people::User>> done) = 0;
  // Newest first.
  virtual void list_users(UserFilter filter, Done<std::vector<people::Person>> done) = 0;
  // Is there an operator, disabled or not?
  virtual void has_operator(Done<bool> done) = 0;

  // Notes the login too, and forgets every session that has ended and what is above kMostSessions. not_found if there
  // is no such user or it is disabled.
  virtual void start_session(people::Session session, people::Deed deed, Done<void> done) = 0;
  // Whether it is live is for the caller to judge.
  virtual void find_session(people::Digest token, Done<std::optional<SessionView>> done) = 0;
  virtual void see_session(SessionId id, WallTime at, Done<void> done) = 0;
  // Newest first, those that have ended too.
  virtual void list_sessions(UserId user, Done<std::vector<people::Session>> done) = 0;
  // not_found if the user has no such session.
  virtual void end_session(UserId user, SessionId id, people::Deed deed, Done<void> done) = 0;

  // In place of the user's earlier one. not_found.
  virtual void put_invite(people::Invite invite, people::Deed deed, Done<void> done) = 0;
  virtual void find_invite(people::Digest token, Done<std::optional<people::Invite>> done) = 0;
  // Sets the password, ends the user's sessions, starts this one, whose user it names, and forgets the invite: all for
  // the first who has the token. not_found if it is unknown, was used, has expired, or its user is disabled. The deed's
  // actor and target are the user's.
  virtual void accept_invite(people::Digest token, Secret password, people::Session session, people::Deed deed,
                             Done<people::User> done) = 0;

  // The user joins, or has that role from now on. not_found if there is no such account or user.
  virtual void put_member(AccountId account, UserId user, people::Role role, people::Deed deed, Done<void> done) = 0;
  // not_found if it is no member.
  virtual void remove_member(AccountId account, UserId user, people::Deed deed, Done<void> done) = 0;
  // By e-mail.
  virtual void list_members(AccountId account, Done<std::vector<Member>> done) = 0;
  // By name.
  virtual void list_accounts(AccountFilter filter, Done<std::vector<account::Account>> done) = 0;
  virtual void find_account_of_id(AccountId id, Done<std::optional<account::Account>> done) = 0;

  // A row about what another verb has changed.
  virtual void add_deed(people::Deed deed, Done<void> done) = 0;
  // Newest first.
  virtual void list_deeds(DeedFilter filter, Done<std::vector<people::AuditRow>> done) = 0;
  // Reads the whole log.
  virtual void check_deeds(Done<people::AuditReport> done) = 0;
};

}  // namespace darkroom::store
