#include "store/memory/memory_people.h"

#include "store/memory/tables.h"

namespace darkroom::store {
namespace {

class MemoryPeople final : public PeopleStore {
 public:
  MemoryPeople(std::shared_ptr<MemoryData> data, Executor executor)
      : data_(std::move(data)), executor_(std::move(executor)) {}

  void create_user(people::User user, NewUser which, people::Deed deed, Done<void> done) override {
    run(std::move(done), [user = std::move(user), which, deed = std::move(deed)](PeopleRows& rows) {
      return rows.create_user(user, which, deed);
    });
  }
  void change_user(UserId id, people::UserChange change, people::Deed deed, Done<people::User> done) override {
    run(std::move(done), [id, change = std::move(change), deed = std::move(deed)](PeopleRows& rows) {
      return rows.change_user(id, change, deed);
    });
  }
  void find_user(UserId id, Done<std::optional<people::Person>> done) override {
    run(std::move(done), [id](PeopleRows& rows) { return rows.find_user(id); });
  }
  void find_user_by_email(std::string email, Done<std::optional<people::User>> done) override {
    run(std::move(done), [email = std::move(email)](PeopleRows& rows) { return rows.find_user_by_email(email); });
  }
  void list_users(UserFilter filter, Done<std::vector<people::Person>> done) override {
    run(std::move(done), [filter](PeopleRows& rows) { return rows.list_users(filter); });
  }
  void has_operator(Done<bool> done) override {
    run(std::move(done), [](PeopleRows& rows) { return rows.has_operator(); });
  }
  void start_session(people::Session session, people::Deed deed, Done<void> done) override {
    run(std::move(done), [session = std::move(session), deed = std::move(deed)](PeopleRows& rows) {
      return rows.start_session(session, deed);
    });
  }
  void find_session(people::Digest token, Done<std::optional<SessionView>> done) override {
    run(std::move(done), [token](PeopleRows& rows) { return rows.find_session(token); });
  }
  void see_session(SessionId id, WallTime at, Done<void> done) override {
    run(std::move(done), [id, at](PeopleRows& rows) {
      rows.see_session(id, at);
      return Status{};
    });
  }
  void list_sessions(UserId user, Done<std::vector<people::Session>> done) override {
    run(std::move(done), [user](PeopleRows& rows) { return rows.list_sessions(user); });
  }
  void end_session(UserId user, SessionId id, people::Deed deed, Done<void> done) override {
    run(std::move(done),
        [user, id, deed = std::move(deed)](PeopleRows& rows) { return rows.end_session(user, id, deed); });
  }
  void put_invite(people::Invite invite, people::Deed deed, Done<void> done) override {
    run(std::move(done), [invite, deed = std::move(deed)](PeopleRows& rows) { return rows.put_invite(invite, deed); });
  }
  void find_invite(people::Digest token, Done<std::optional<people::Invite>> done) override {
    run(std::move(done), [token](PeopleRows& rows) { return rows.find_invite(token); });
  }
  void accept_invite(people::Digest token, Secret password, people::Session session, people::Deed deed,
                     Done<people::User> done) override {
    run(std::move(done), [token, password = std::move(password), session = std::move(session), deed = std::move(deed)](
                             PeopleRows& rows) { return rows.accept_invite(token, password, session, deed); });
  }
  void put_member(AccountId account, UserId user, people::Role role, people::Deed deed, Done<void> done) override {
    run(std::move(done), [account, user, role, deed = std::move(deed)](PeopleRows& rows) {
      return rows.put_member(account, user, role, deed);
    });
  }
  void remove_member(AccountId account, UserId user, people::Deed deed, Done<void> done) override {
    run(std::move(done),
        [account, user, deed = std::move(deed)](PeopleRows& rows) { return rows.remove_member(account, user, deed); });
  }
  void list_members(AccountId account, Done<std::vector<Member>> done) override {
    run(std::move(done), [account](PeopleRows& rows) { return rows.list_members(account); });
  }
  void list_accounts(AccountFilter filter, Done<std::vector<account::Account>> done) override {
    run(std::move(done), [filter = std::move(filter)](PeopleRows& rows) { return rows.list_accounts(filter); });
  }
  void find_account_of_id(AccountId id, Done<std::optional<account::Account>> done) override {
    run(std::move(done), [id](PeopleRows& rows) { return rows.find_account(id); });
  }
  void add_deed(people::Deed deed, Done<void> done) override {
    run(std::move(done), [deed = std::move(deed)](PeopleRows& rows) {
      rows.add_deed(deed);
      return Status{};
    });
  }
  void list_deeds(DeedFilter filter, Done<std::vector<people::AuditRow>> done) override {
    run(std::move(done), [filter = std::move(filter)](PeopleRows& rows) { return rows.list_deeds(filter); });
  }
  void check_deeds(Done<people::AuditReport> done) override {
    run(std::move(done), [](PeopleRows& rows) { return rows.check_deeds(); });
  }

 private:
  template <class T, class Verb>
  void run(Done<T> done, Verb verb) {
    executor_([data = data_, done = std::move(done), verb = std::move(verb)]() mutable { done(verb(data->people)); });
  }

  std::shared_ptr<MemoryData> data_;
  Executor executor_;
};

}  // namespace

std::unique_ptr<PeopleStore> make_memory_people(std::shared_ptr<MemoryData> data, Executor executor) {
  return std::make_unique<MemoryPeople>(std::move(data), std::move(executor));
}

}  // namespace darkroom::store
