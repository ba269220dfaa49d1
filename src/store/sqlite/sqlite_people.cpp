#include "store/sqlite/sqlite_people.h"

namespace darkroom::store::sqlite {
namespace {

class SqlitePeople final : public PeopleStore {
 public:
  explicit SqlitePeople(Submitter submitter) : submitter_(submitter) {}

  void create_user(people::User user, NewUser which, people::Deed deed, Done<void> done) override {
    submitter_.write(std::move(done), [user = std::move(user), which, deed = std::move(deed)](WriteTables& tables) {
      return tables.people.create_user(user, which, deed);
    });
  }
  void change_user(UserId id, people::UserChange change, people::Deed deed, Done<people::User> done) override {
    submitter_.write(std::move(done), [id, change = std::move(change), deed = std::move(deed)](WriteTables& tables) {
      return tables.people.change_user(id, change, deed);
    });
  }
  void find_user(UserId id, Done<std::optional<people::Person>> done) override {
    submitter_.read(std::move(done), [id](Queries& queries) { return queries.people.find_user(id); });
  }
  void find_user_by_email(std::string email, Done<std::optional<people::User>> done) override {
    submitter_.read(std::move(done),
                    [email = std::move(email)](Queries& queries) { return queries.people.find_user_by_email(email); });
  }
  void list_users(UserFilter filter, Done<std::vector<people::Person>> done) override {
    submitter_.read(std::move(done), [filter](Queries& queries) { return queries.people.list_users(filter); });
  }
  void has_operator(Done<bool> done) override {
    submitter_.read(std::move(done), [](Queries& queries) { return queries.people.has_operator(); });
  }
  void start_session(people::Session session, people::Deed deed, Done<void> done) override {
    submitter_.write(std::move(done), [session = std::move(session), deed = std::move(deed)](WriteTables& tables) {
      return tables.people.start_session(session, deed);
    });
  }
  void find_session(people::Digest token, Done<std::optional<SessionView>> done) override {
    submitter_.read(std::move(done), [token](Queries& queries) { return queries.people.find_session(token); });
  }
  void see_session(SessionId id, WallTime at, Done<void> done) override {
    submitter_.write(std::move(done), [id, at](WriteTables& tables) { return tables.people.see_session(id, at); });
  }
  void list_sessions(UserId user, Done<std::vector<people::Session>> done) override {
    submitter_.read(std::move(done), [user](Queries& queries) { return queries.people.list_sessions(user); });
  }
  void end_session(UserId user, SessionId id, people::Deed deed, Done<void> done) override {
    submitter_.write(std::move(done), [user, id, deed = std::move(deed)](WriteTables& tables) {
      return tables.people.end_session(user, id, deed);
    });
  }
  void put_invite(people::Invite invite, people::Deed deed, Done<void> done) override {
    submitter_.write(std::move(done), [invite, deed = std::move(deed)](WriteTables& tables) {
      return tables.people.put_invite(invite, deed);
    });
  }
  void find_invite(people::Digest token, Done<std::optional<people::Invite>> done) override {
    submitter_.read(std::move(done), [token](Queries& queries) { return queries.people.find_invite(token); });
  }
  void accept_invite(people::Digest token, Secret password, people::Session session, people::Deed deed,
                     Done<people::User> done) override {
    submitter_.write(std::move(done),
                     [token, password = std::move(password), session = std::move(session), deed = std::move(deed)](
                         WriteTables& tables) { return tables.people.accept_invite(token, password, session, deed); });
  }
  void put_member(AccountId account, UserId user, people::Role role, people::Deed deed, Done<void> done) override {
    submitter_.write(std::move(done), [account, user, role, deed = std::move(deed)](WriteTables& tables) {
      return tables.people.put_member(account, user, role, deed);
    });
  }
  void remove_member(AccountId account, UserId user, people::Deed deed, Done<void> done) override {
    submitter_.write(std::move(done), [account, user, deed = std::move(deed)](WriteTables& tables) {
      return tables.people.remove_member(account, user, deed);
    });
  }
  void list_members(AccountId account, Done<std::vector<Member>> done) override {
    submitter_.read(std::move(done), [account](Queries& queries) { return queries.people.list_members(account); });
  }
  void list_accounts(AccountFilter filter, Done<std::vector<account::Account>> done) override {
    submitter_.read(std::move(done),
                    [filter = std::move(filter)](Queries& queries) { return queries.people.list_accounts(filter); });
  }
  void find_account_of_id(AccountId id, Done<std::optional<account::Account>> done) override {
    submitter_.read(std::move(done), [id](Queries& queries) { return queries.people.find_account(id); });
  }
  void add_deed(people::Deed deed, Done<void> done) override {
    submitter_.write(std::move(done),
                     [deed = std::move(deed)](WriteTables& tables) { return tables.people.add_deed(deed); });
  }
  void list_deeds(DeedFilter filter, Done<std::vector<people::AuditRow>> done) override {
    submitter_.read(std::move(done),
                    [filter = std::move(filter)](Queries& queries) { return queries.people.list_deeds(filter); });
  }
  void check_deeds(Done<people::AuditReport> done) override {
    submitter_.read(std::move(done), [](Queries& queries) { return queries.people.check_deeds(); });
  }

 private:
  Submitter submitter_;
};

}  // namespace

std::unique_ptr<PeopleStore> make_sqlite_people(Submitter submitter) {
  return std::make_unique<SqlitePeople>(submitter);
}

}  // namespace darkroom::store::sqlite
