#include <gmock/gmock.h>

#include "tests/conformance/store_backends.h"

namespace darkroom::test {
namespace {

using people::Deed;
using people::Person;
using people::Role;
using people::Session;
using people::User;
using store::NewUser;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class StorePeople : public StoreConformance {
 protected:
  store::PeopleStore& people() { return store_->people(); }

  static Deed deed(const std::string& action) {
    Deed deed;
    deed.at = kNow;
    deed.action = action;
    return deed;
  }
  User user(const std::string& email, bool is_operator = false) {
    User user;
    user.created_at = kNow + milliseconds(++count_);
    user.id = UserId::make(user.created_at, random_);
    user.email = email;
    user.name = "Name of " + email;
    user.password = Secret("$argon2id$" + email);
    user.is_operator = is_operator;
    return user;
  }
  Status create(const User& user, NewUser which = NewUser::any) {
    return ask<void>([&](auto done) { people().create_user(user, which, deed("user.create"), std::move(done)); });
  }
  User made(const std::string& email, bool is_operator = false) {
    User made = user(email, is_operator);
    create(made).value();
    return made;
  }
  Result<User> change(UserId id, people::UserChange change) {
    return ask<User>([&](auto done) { people().change_user(id, change, deed("user.change"), std::move(done)); });
  }
  std::optional<Person> find(UserId id) {
    return ask<std::optional<Person>>([&](auto done) { people().find_user(id, std::move(done)); }).value();
  }
  Session session(UserId user, WallTime at = kNow) {
    Session session;
    session.id = SessionId::make(at, random_);
    session.user = user;
    random_.fill(session.token);
    session.created_at = at;
    session.last_seen_at = at;
    session.address = "192.0.2.7";
    session.user_agent = "Browser/1";
    return session;
  }
  Status start(const Session& session) {
    return ask<void>([&](auto done) { people().start_session(session, deed("session.start"), std::move(done)); });
  }
  std::optional<store::SessionView> find(const Session& session) {
    return ask<std::optional<store::SessionView>>(
               [&](auto done) { people().find_session(session.token, std::move(done)); })
        .value();
  }
  std::vector<Session> sessions(UserId user) {
    return ask<std::vector<Session>>([&](auto done) { people().list_sessions(user, std::move(done)); }).value();
  }
  Status put_member(AccountId account, UserId user, Role role) {
    return ask<void>([&](auto done) { people().put_member(account, user, role, deed("member.put"), std::move(done)); });
  }
  Status put_invite(const people::Invite& invite) {
    return ask<void>([&](auto done) { people().put_invite(invite, deed("user.invite"), std::move(done)); });
  }
  Result<User> accept(const people::Digest& token, const Session& session) {
    return ask<User>([&](auto done) {
      people().accept_invite(token, Secret("new hash"), session, deed("invite.accept"), std::move(done));
    });
  }
  std::vector<people::AuditRow> deeds(store::DeedFilter filter = {}) {
    return ask<std::vector<people::AuditRow>>([&](auto done) { people().list_deeds(filter, std::move(done)); }).value();
  }
  people::AuditReport check() {
    return ask<people::AuditReport>([&](auto done) { people().check_deeds(std::move(done)); }).value();
  }
  std::vector<std::string> accounts(store::AccountFilter filter) {
    std::vector<std::string> names;
    const auto page = ask<std::vector<account::Account>>(
        [&](auto done) { people().list_accounts(std::move(filter), std::move(done)); });
    for (const account::Account& account : page.value()) names.push_back(account.name);
    return names;
  }

  static constexpr WallTime kNow{milliseconds(1'800'000'000'000)};
  SeededRandom random_{3};
  int count_ = 0;
};

TEST_P(StorePeople, UsersAreKeptWholeAndKnownByTheirEmail) {
  User anna = user("anna@example.org", true);
  anna.language = people::Language::zh;
  ASSERT_TRUE(create(anna));
  EXPECT_EQ(create(user("anna@example.org")).error().code, Code::already_exists);
  reopen();
  const std::optional<Person> found = find(anna.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user.email, anna.email);
  EXPECT_EQ(found->user.name, anna.name);
  EXPECT_EQ(found->user.password, anna.password);
  EXPECT_TRUE(found->user.is_operator);
  EXPECT_EQ(found->user.language, people::Language::zh);
  EXPECT_EQ(found->user.created_at, anna.created_at);
  EXPECT_FALSE(found->user.last_login_at);
  EXPECT_FALSE(found->user.disabled_at);
  const auto by_email =
      ask<std::optional<User>>([&](auto done) { people().find_user_by_email("anna@example.org", std::move(done)); });
  EXPECT_EQ(by_email.value().value().id, anna.id);
}

TEST_P(StorePeople, TheFirstOperatorIsMadeOnce) {
  EXPECT_FALSE(ask<bool>([&](auto done) { people().has_operator(std::move(done)); }).value());
  made("member@example.org");
  EXPECT_TRUE(create(user("one@example.org", true), NewUser::first_operator));
  EXPECT_EQ(create(user("two@example.org", true), NewUser::first_operator).error().code, Code::conflict);
  EXPECT_TRUE(ask<bool>([&](auto done) { people().has_operator(std::move(done)); }).value());
  EXPECT_THAT(deeds(), SizeIs(2));
}

TEST_P(StorePeople, AnOperatorIsAlwaysLeft) {
  const User one = made("one@example.org", true);
  const User two = made("two@example.org", true);
  EXPECT_TRUE(change(two.id, {.disabled = true}));
  for (const people::UserChange& last :
       {people::UserChange{.is_operator = false}, people::UserChange{.disabled = true}}) {
    EXPECT_EQ(change(one.id, last).error().code, Code::conflict);
  }
  EXPECT_TRUE(change(two.id, {.disabled = false}));
  EXPECT_TRUE(change(one.id, {.is_operator = false}));
  EXPECT_FALSE(find(one.id)->user.is_operator);
  EXPECT_EQ(change(UserId{}, {}).error().code, Code::not_found);
}

TEST_P(StorePeople, WhatAUserMayDoEndsTheirSessions) {
  const User anna = made("anna@example.org", true);
  made("other@example.org", true);
  for (const auto& [change_made, ends] :
       std::vector<std::pair<people::UserChange, bool>>{{{.name = "Anna"}, false},
                                                        {{.language = people::Language::en}, false},
                                                        {{.password = Secret("hash")}, true},
                                                        {{.is_operator = false}, true},
                                                        {{.disabled = true}, true}}) {
    const Session open = session(anna.id);
    ASSERT_TRUE(start(open));
    ASSERT_TRUE(change(anna.id, change_made));
    EXPECT_EQ(!find(open).has_value(), ends);
  }
  EXPECT_EQ(start(session(anna.id)).error().code, Code::not_found) << "disabled";
  EXPECT_EQ(start(session(UserId{})).error().code, Code::not_found);
}

TEST_P(StorePeople, ASessionIsFoundByItsTokenWithItsPerson) {
  const AccountId studio = funded_account("studio", 0);
  const User anna = made("anna@example.org");
  ASSERT_TRUE(put_member(studio, anna.id, Role::owner));
  const Session open = session(anna.id);
  ASSERT_TRUE(start(open));
  ask<void>([&](auto done) { people().see_session(open.id, kNow + seconds(70), std::move(done)); }).value();
  reopen();
  const std::optional<store::SessionView> found = find(open);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->session.id, open.id);
  EXPECT_EQ(found->session.created_at, kNow);
  EXPECT_EQ(found->session.last_seen_at, kNow + seconds(70));
  EXPECT_EQ(found->session.address, "192.0.2.7");
  EXPECT_EQ(found->session.user_agent, "Browser/1");
  EXPECT_EQ(found->person.user.last_login_at, kNow);
  ASSERT_THAT(found->person.memberships, SizeIs(1));
  EXPECT_EQ(found->person.memberships[0].account, studio);
  EXPECT_EQ(found->person.memberships[0].account_name, "studio");
  EXPECT_EQ(found->person.memberships[0].role, Role::owner);
  EXPECT_FALSE(find(session(anna.id)));
}

TEST_P(StorePeople, SessionsThatEndedOrAreTooManyAreForgotten) {
  const User anna = made("anna@example.org");
  const Session old = session(anna.id);
  ASSERT_TRUE(start(old));
  const WallTime later = kNow + people::kIdleAtMost;
  const Session first = session(anna.id, later);
  ASSERT_TRUE(start(first));
  EXPECT_FALSE(find(old));
  for (std::size_t i = 1; i <= people::kMostSessions; ++i) {
    ASSERT_TRUE(start(session(anna.id, later + milliseconds(i))));
  }
  EXPECT_FALSE(find(first));
  EXPECT_THAT(sessions(anna.id), SizeIs(people::kMostSessions));
}

TEST_P(StorePeople, SessionsEndOneByOneAndOnlyForTheirOwner) {
  const User anna = made("anna@example.org");
  const User bert = made("bert@example.org");
  const Session open = session(anna.id);
  ASSERT_TRUE(start(open));
  const auto end = [&](UserId user) {
    return ask<void>([&](auto done) { people().end_session(user, open.id, deed("session.end"), std::move(done)); });
  };
  EXPECT_EQ(end(bert.id).error().code, Code::not_found);
  EXPECT_TRUE(find(open));
  EXPECT_TRUE(end(anna.id));
  EXPECT_FALSE(find(open));
  EXPECT_EQ(end(anna.id).error().code, Code::not_found);
}

TEST_P(StorePeople, AnInviteIsAcceptedOnceAndInTime) {
  const User anna = made("anna@example.org");
  people::Invite invite{{}, anna.id, kNow + people::kInviteLives};
  random_.fill(invite.token);
  ASSERT_TRUE(put_invite(invite));
  const people::Digest replaced = invite.token;
  random_.fill(invite.token);
  ASSERT_TRUE(put_invite(invite));
  const Session before = session(anna.id);
  ASSERT_TRUE(start(before));
  EXPECT_EQ(accept(replaced, session({})).error().code, Code::not_found);
  const Session fresh = session({});
  const Result<User> entered = accept(invite.token, fresh);
  ASSERT_TRUE(entered);
  EXPECT_EQ(entered->id, anna.id);
  EXPECT_EQ(find(anna.id)->user.password.reveal(), "new hash");
  EXPECT_TRUE(find(fresh));
  EXPECT_FALSE(find(before));
  EXPECT_EQ(deeds().front().deed.actor, anna.id);
  EXPECT_EQ(accept(invite.token, session({})).error().code, Code::not_found) << "used";
  invite.expires_at = kNow;
  ASSERT_TRUE(put_invite(invite));
  EXPECT_EQ(accept(invite.token, session({})).error().code, Code::not_found) << "too late";
  EXPECT_EQ(put_invite({{}, UserId{}, kNow}).error().code, Code::not_found);
}

TEST_P(StorePeople, MembersJoinChangeAndLeave) {
  const AccountId studio = funded_account("studio", 0);
  const User bert = made("bert@example.org");
  const User anna = made("anna@example.org");
  ASSERT_TRUE(put_member(studio, bert.id, Role::member));
  ASSERT_TRUE(put_member(studio, anna.id, Role::member));
  ASSERT_TRUE(put_member(studio, anna.id, Role::owner));
  const auto members =
      ask<std::vector<store::Member>>([&](auto done) { people().list_members(studio, std::move(done)); }).value();
  ASSERT_THAT(members, SizeIs(2));
  EXPECT_EQ(members[0].email, "anna@example.org");
  EXPECT_EQ(members[0].role, Role::owner);
  EXPECT_EQ(members[1].role, Role::member);
  EXPECT_EQ(put_member(AccountId{}, anna.id, Role::owner).error().code, Code::not_found);
  EXPECT_EQ(put_member(studio, UserId{}, Role::owner).error().code, Code::not_found);
  const auto remove = [&](UserId user) {
    return ask<void>([&](auto done) { people().remove_member(studio, user, deed("member.remove"), std::move(done)); });
  };
  EXPECT_TRUE(remove(bert.id));
  EXPECT_EQ(remove(bert.id).error().code, Code::not_found);
  EXPECT_THAT(find(bert.id)->memberships, IsEmpty());
}

TEST_P(StorePeople, AccountsAreListedByNameAndMember) {
  const AccountId beta = funded_account("beta", 0);
  funded_account("alpha", 0);
  funded_account("alps", 0);
  const User anna = made("anna@example.org");
  ASSERT_TRUE(put_member(beta, anna.id, Role::member));
  EXPECT_THAT(accounts({}), ElementsAre("alpha", "alps", "beta"));
  EXPECT_THAT(accounts({.limit = 2}), ElementsAre("alpha", "alps"));
  EXPECT_THAT(accounts({.after = "alpha"}), ElementsAre("alps", "beta"));
  EXPECT_THAT(accounts({.prefix = "al"}), ElementsAre("alpha", "alps"));
  EXPECT_THAT(accounts({.prefix = "%"}), IsEmpty());
  EXPECT_THAT(accounts({.member = anna.id}), ElementsAre("beta"));
  EXPECT_THAT(accounts({.member = anna.id, .prefix = "al"}), IsEmpty());
  const auto found =
      ask<std::optional<account::Account>>([&](auto done) { people().find_account_of_id(beta, std::move(done)); });
  EXPECT_EQ(found.value().value().name, "beta");
}

TEST_P(StorePeople, UsersAreListedNewestFirst) {
  const User one = made("one@example.org");
  const User two = made("two@example.org");
  const auto page = [&](store::UserFilter filter) {
    std::vector<UserId> ids;
    const auto users = ask<std::vector<Person>>([&](auto done) { people().list_users(filter, std::move(done)); });
    for (const Person& person : users.value()) ids.push_back(person.user.id);
    return ids;
  };
  EXPECT_THAT(page({}), ElementsAre(two.id, one.id));
  EXPECT_THAT(page({.limit = 1}), ElementsAre(two.id));
  EXPECT_THAT(page({.before = two.id}), ElementsAre(one.id));
}

TEST_P(StorePeople, AKeyIsChangedAndListedWithItsAccount) {
  const AccountId studio = funded_account("studio", 0);
  account::KeyRecord key = rows_.key(studio);
  key.is_console = true;
  ASSERT_TRUE(create_key(key));
  ASSERT_TRUE(create_key(rows_.key(funded_account("rival", 0))));
  account::KeyChange wanted;
  wanted.name = "renamed";
  wanted.expires_at = kNow;
  wanted.limits.concurrent_tasks.emplace(3);
  const auto change = [&](KeyId id) {
    return ask<account::KeyRecord>([&](auto done) { store_->change_key(id, wanted, std::move(done)); });
  };
  EXPECT_EQ(change(key.id).value().name, "renamed");
  EXPECT_EQ(change(KeyId{}).error().code, Code::not_found);
  wanted = {};
  EXPECT_EQ(change(key.id).value().expires_at, kNow) << "what is absent stays";
  reopen();
  const auto keys =
      ask<std::vector<account::KeyRecord>>([&](auto done) { store_->list_keys_of(studio, std::move(done)); });
  ASSERT_THAT(keys.value(), SizeIs(1));
  EXPECT_EQ(keys.value()[0].id, key.id);
  EXPECT_EQ(keys.value()[0].name, "renamed");
  EXPECT_EQ(keys.value()[0].limits.concurrent_tasks, 3);
  EXPECT_TRUE(keys.value()[0].is_console);
}

TEST_P(StorePeople, TheLogIsChainedAndFiltered) {
  const AccountId studio = funded_account("studio", 0);
  const User anna = made("anna@example.org");
  Deed key = deed("key.create");
  key.account = studio;
  key.account_name = "studio";
  key.actor = anna.id;
  key.actor_email = anna.email;
  key.target = "key_1";
  key.before = "";
  key.after = R"({"name":"x"})";
  key.address = "192.0.2.1";
  key.request_id = "req_1";
  ask<void>([&](auto done) { people().add_deed(key, std::move(done)); }).value();
  key.action = "key.revoke";
  ask<void>([&](auto done) { people().add_deed(key, std::move(done)); }).value();
  reopen();
  const auto all = deeds();
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].number, 3U);
  EXPECT_EQ(all[0].deed.action, "key.revoke");
  EXPECT_EQ(all[1].deed.after, key.after);
  EXPECT_EQ(all[1].deed.account, studio);
  EXPECT_EQ(all[1].deed.actor, anna.id);
  EXPECT_EQ(all[2].deed.account, std::nullopt);
  EXPECT_EQ(all[0].digest, people::chain(all[1].digest, 3, all[0].deed));
  EXPECT_THAT(deeds({.account = studio}), SizeIs(2));
  EXPECT_THAT(deeds({.actor = anna.id}), SizeIs(2));
  EXPECT_THAT(deeds({.action = "key.create"}), SizeIs(1));
  EXPECT_THAT(deeds({.action = "key."}), SizeIs(2));
  EXPECT_THAT(deeds({.before = 2}), SizeIs(1));
  EXPECT_THAT(deeds({.limit = 1}), SizeIs(1));
  EXPECT_EQ(check().rows, 3U);
  EXPECT_EQ(check().first_bad, 0U);
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Every, StorePeople, ::testing::ValuesIn(all_backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace darkroom::test
