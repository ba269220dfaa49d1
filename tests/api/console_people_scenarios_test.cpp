// What owners and operators do in the console: keys, members, users, credits, profiles; and the log of it.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/api/console_world.h"

namespace darkroom::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class ConsolePeople : public ::testing::Test {
 protected:
  ConsolePeople() {
    world_.make_user("boss@example.org", true);
    boss_ = world_.sign_in("boss@example.org");
    owner_id_ = world_.make_user("owner@example.org");
    world_.join("studio", owner_id_, people::Role::owner);
    owner_ = world_.sign_in("owner@example.org");
  }

  // The answer's object; the status must be 200.
  json::object ask(const Browser& browser, const std::string& method, const std::string& path,
                   const json::value& body = nullptr) {
    const json::value sent = method == "GET" || !body.is_null() ? body : json::value(json::object());
    const http::Response response = world_.ask(browser, method, path, sent);
    EXPECT_EQ(response.status, 200) << method << " " << path << ": " << body_text(response);
    return tree_of(response);
  }
  http::Response refused(const Browser& browser, const std::string& method, const std::string& path,
                         const json::value& body = json::object()) {
    return world_.ask(browser, method, path, body);
  }
  int poll_with(const std::string& key) {
    return world_.call({.target = "/api/v1/balance", .key = "Bearer " + key}).status;
  }
  const people::Deed last_deed() { return world_.deeds().front().deed; }

  ConsoleWorld world_;
  Browser boss_, owner_;
  UserId owner_id_;
};

TEST_F(ConsolePeople, AKeyIsShownOnceWorksAndIsRevokedAtOnce) {
  const json::object limits = {{"requests_per_minute", 60}, {"monthly_credits", "12.5"}, {"allow_from", json::array{}}};
  const json::object minted =
      ask(owner_, "POST", "/accounts/studio/keys", json::object{{"name", "CI"}, {"test", true}, {"limits", limits}});
  const std::string text = json::get_string(minted, "key");
  const std::string id = json::get_string(minted, "id");
  EXPECT_THAT(text, HasSubstr("rk_test_"));
  EXPECT_EQ(json::get_string(minted, "last4"), text.substr(text.size() - 4));
  EXPECT_EQ(json::get_string(minted.at("limits").as_object(), "monthly_credits"), "12.5");
  EXPECT_EQ(poll_with(text), 200);
  EXPECT_THAT(last_deed().after, Not(HasSubstr(text)));
  const http::Response list = world_.ask(owner_, "GET", "/accounts/studio/keys");
  EXPECT_THAT(body_text(list), HasSubstr(id));
  EXPECT_THAT(body_text(list), Not(HasSubstr(text)));

  const json::object revoked = ask(owner_, "POST", "/accounts/studio/keys/" + id + "/revoke");
  EXPECT_FALSE(revoked.at("revoked_at").is_null());
  EXPECT_EQ(poll_with(text), 401);
  EXPECT_EQ(last_deed().action, "key.revoke");
  EXPECT_EQ(last_deed().actor, owner_id_);
  EXPECT_EQ(last_deed().account_name, "studio");
  EXPECT_EQ(last_deed().target, id);
}

TEST_F(ConsolePeople, AKeyIsChangedAndLimitsAreLifted) {
  const json::object limits = {{"concurrent_tasks", 2}, {"requests_per_minute", 60}};
  const std::string id =
      json::get_string(ask(owner_, "POST", "/accounts/studio/keys", json::object{{"limits", limits}}), "id");
  const json::object changed = ask(owner_, "PATCH", "/accounts/studio/keys/" + id,
                                   json::object{{"name", "new"}, {"limits", {{"concurrent_tasks", nullptr}}}});
  EXPECT_EQ(json::get_string(changed, "name"), "new");
  EXPECT_TRUE(changed.at("limits").as_object().at("concurrent_tasks").is_null());
  EXPECT_EQ(json::get_int(changed.at("limits").as_object(), "requests_per_minute"), 60);
  for (const json::object& wrong : {json::object{{"limits", 1}}, json::object{{"limits", {{"x", 1}}}},
                                    json::object{{"limits", {{"requests_per_minute", 0}}}},
                                    json::object{{"name", std::string(201, 'x')}}, json::object{{"models", "x"}}}) {
    EXPECT_EQ(refused(owner_, "PATCH", "/accounts/studio/keys/" + id, wrong).status, 400) << json::print(wrong);
  }
}

TEST_F(ConsolePeople, ARolledKeyOverlapsItsHeir) {
  const json::object first = ask(owner_, "POST", "/accounts/studio/keys", json::object{{"test", true}, {"name", "CI"}});
  const std::string path = "/accounts/studio/keys/" + json::get_string(first, "id");
  EXPECT_EQ(refused(owner_, "POST", path + "/roll", json::object{{"overlap_seconds", 604'801}}).status, 400);
  const json::object heir = ask(owner_, "POST", path + "/roll", json::object{{"overlap_seconds", 60}});
  EXPECT_EQ(json::get_string(heir, "name"), "CI");
  EXPECT_EQ(json::get_string(heir, "book"), "test");
  EXPECT_EQ(poll_with(json::get_string(first, "key")), 200);
  world_.advance(seconds(60));
  EXPECT_EQ(poll_with(json::get_string(first, "key")), 401);
  EXPECT_EQ(poll_with(json::get_string(heir, "key")), 200);
  EXPECT_EQ(refused(owner_, "POST", path + "/roll").status, 409) << "it has ended";
  const json::object last = ask(owner_, "POST", "/accounts/studio/keys/" + json::get_string(heir, "id") + "/roll",
                                json::object{{"overlap_seconds", 0}});
  EXPECT_EQ(poll_with(json::get_string(heir, "key")), 401);
  EXPECT_EQ(poll_with(json::get_string(last, "key")), 200);
}

TEST_F(ConsolePeople, KeysAndMembersComeInPages) {
  for (int i = 0; i < 3; ++i) {
    world_.advance(milliseconds(1));
    ask(owner_, "POST", "/accounts/studio/keys", json::object{{"name", fmt::format("key {}", i)}});
    world_.join("studio", world_.make_user(fmt::format("person-{}@example.org", i)), people::Role::member);
  }
  for (const std::string path : {"/accounts/studio/keys", "/accounts/studio/members"}) {
    const json::object whole = ask(owner_, "GET", path + "?limit=100");
    EXPECT_TRUE(whole.at("next_cursor").is_null());
    json::array rows;
    std::string cursor;
    do {
      const json::object page = ask(owner_, "GET", fmt::format("{}?limit=2&cursor={}", path, cursor));
      EXPECT_LE(page.at("data").as_array().size(), 2U);
      for (const json::value& row : page.at("data").as_array()) rows.push_back(row);
      cursor = json::get_string(page, "next_cursor");
    } while (!cursor.empty());
    EXPECT_EQ(json::print(rows), json::print(whole.at("data")));
    EXPECT_GE(rows.size(), 3U);
    EXPECT_EQ(refused(owner_, "GET", path + "?limit=101").status, 400);
  }
}

TEST_F(ConsolePeople, TheKeyOfAnotherAccountIsNotThere) {
  const json::object other = ask(boss_, "POST", "/accounts/rival/keys");
  const std::string id = json::get_string(other, "id");
  for (const char* verb : {"/revoke", "/roll"}) {
    EXPECT_EQ(error_code(refused(owner_, "POST", "/accounts/studio/keys/" + id + verb)), 40008);
  }
  EXPECT_EQ(error_code(refused(owner_, "PATCH", "/accounts/studio/keys/" + id)), 40008);
  EXPECT_EQ(poll_with(json::get_string(other, "key")), 200);
}

TEST_F(ConsolePeople, TheConsolesOwnKeyStaysAsItIs) {
  const account::Account studio{world_.account_id("studio"), "studio", {}};
  const auto caller = [&](ledger::Book book) {
    return world_.wait(world_.manager.get_console_caller(world_.loop, studio, book)).value();
  };
  const usecase::CallerRef live = caller(ledger::Book::live);
  EXPECT_EQ(caller(ledger::Book::live)->key, live->key);
  EXPECT_NE(caller(ledger::Book::test)->key, live->key);
  EXPECT_EQ(live->account, studio.id);
  EXPECT_EQ(live->book, ledger::Book::live);
  for (const char* verb : {"/revoke", "/roll"}) {
    EXPECT_EQ(refused(owner_, "POST", "/accounts/studio/keys/" + live->key.text() + verb).status, 409);
  }
  EXPECT_EQ(refused(owner_, "PATCH", "/accounts/studio/keys/" + live->key.text()).status, 409);
}

TEST_F(ConsolePeople, TheFirstStepsTickThemselves) {
  ask(boss_, "POST", "/accounts", json::object{{"name", "fresh"}});
  const auto steps = [&] { return ask(boss_, "GET", "/accounts/fresh").at("first_steps").as_object(); };
  EXPECT_EQ(json::print(steps()), R"({"key":false,"playground":false,"api_call":false})");
  const json::object key = ask(boss_, "POST", "/accounts/fresh/keys", json::object{{"test", true}});
  EXPECT_EQ(json::print(steps()), R"({"key":true,"playground":false,"api_call":false})");
  EXPECT_EQ(poll_with(json::get_string(key, "key")), 200);
  EXPECT_EQ(json::print(steps()), R"({"key":true,"playground":false,"api_call":true})");
  const account::Account fresh{world_.account_id("fresh"), "fresh", {}};
  ASSERT_TRUE(world_.wait(world_.manager.get_console_caller(world_.loop, fresh, ledger::Book::test)));
  EXPECT_EQ(json::print(steps()), R"({"key":true,"playground":true,"api_call":true})");
}

TEST_F(ConsolePeople, AccountsAreMadeAndGivenCredits) {
  const json::object made = ask(boss_, "POST", "/accounts", json::object{{"name", "fresh"}});
  EXPECT_EQ(json::get_string(made, "name"), "fresh");
  EXPECT_EQ(refused(boss_, "POST", "/accounts", json::object{{"name", "fresh"}}).status, 409);
  EXPECT_EQ(refused(boss_, "POST", "/accounts", json::object{{"name", "no name"}}).status, 400);
  const json::object balances =
      ask(boss_, "POST", "/accounts/" + json::get_string(made, "id") + "/grants", json::object{{"credits", "12.5"}});
  EXPECT_EQ(json::get_int(balances.at("live").as_object(), "available_microcredits"), 12'500'000);
  EXPECT_EQ(json::get_int(ask(boss_, "GET", "/accounts/fresh").at("live").as_object(), "available_microcredits"),
            12'500'000);
  EXPECT_EQ(last_deed().action, "credits.grant");
  for (const char* wrong : {"0", "-1", "x", ""}) {
    EXPECT_EQ(refused(boss_, "POST", "/accounts/fresh/grants", json::object{{"credits", wrong}}).status, 400) << wrong;
  }
}

TEST_F(ConsolePeople, AccountsAreListedToThoseWhoMaySeeThem) {
  const auto names = [&](const Browser& browser, const std::string& query) {
    std::vector<std::string> names;
    const json::object page = ask(browser, "GET", "/accounts" + query);
    for (const json::value& row : page.at("data").as_array()) {
      names.push_back(json::get_string(row.as_object(), "name") + " " + json::get_string(row.as_object(), "role"));
    }
    return names;
  };
  EXPECT_THAT(names(owner_, ""), ElementsAre("studio owner"));
  EXPECT_THAT(names(boss_, ""), ElementsAre("newcomer operator", "rival operator", "studio operator"));
  EXPECT_THAT(names(boss_, "?query=r"), ElementsAre("rival operator"));
  EXPECT_THAT(names(boss_, "?limit=1"), ElementsAre("newcomer operator"));
  const std::string cursor = json::get_string(ask(boss_, "GET", "/accounts?limit=1"), "next_cursor");
  EXPECT_THAT(names(boss_, "?limit=2&cursor=" + cursor), ElementsAre("rival operator", "studio operator"));
  EXPECT_TRUE(ask(boss_, "GET", "/accounts?limit=3").at("next_cursor").is_null());
  EXPECT_EQ(world_.ask(boss_, "GET", "/accounts?limit=101").status, 400);
}

TEST_F(ConsolePeople, MembersJoinByEmailAndLeave) {
  const UserId anna = world_.make_user("anna@example.org");
  const json::object wanted = {{"email", "Anna@example.org"}, {"role", "member"}};
  const json::object joined = ask(owner_, "POST", "/accounts/studio/members", wanted);
  EXPECT_EQ(json::get_string(joined.at("user").as_object(), "id"), anna.text());
  const Browser browser = world_.sign_in("anna@example.org");
  EXPECT_EQ(world_.ask(browser, "GET", "/accounts/studio/keys").status, 200);
  const std::string path = "/accounts/studio/members/" + anna.text();
  EXPECT_EQ(json::get_string(ask(owner_, "PUT", path, json::object{{"role", "owner"}}), "role"), "owner");
  EXPECT_EQ(last_deed().before, R"({"role":"member"})");
  EXPECT_EQ(last_deed().after, R"({"role":"owner"})");
  EXPECT_THAT(ask(owner_, "GET", "/accounts/studio/members").at("data").as_array(), SizeIs(2));
  ask(owner_, "DELETE", path);
  EXPECT_EQ(error_code(world_.ask(browser, "GET", "/accounts/studio/keys")), 40008) << "at once";
  EXPECT_EQ(error_code(refused(owner_, "DELETE", path)), 40008);
  EXPECT_EQ(error_code(refused(owner_, "PUT", path, json::object{{"role", "owner"}})), 40008);
  const http::Response nobody =
      refused(owner_, "POST", "/accounts/studio/members", json::object{{"email", "no@body.org"}, {"role", "member"}});
  EXPECT_EQ(nobody.status, 404);
  EXPECT_THAT(body_text(nobody), HasSubstr(R"("param":"email")"));
  EXPECT_EQ(
      refused(owner_, "POST", "/accounts/studio/members", json::object{{"email", "a@b.c"}, {"role", "boss"}}).status,
      400);
}

TEST_F(ConsolePeople, AnInvitedUserSetsAPasswordOnce) {
  const json::object made = ask(boss_, "POST", "/users", json::object{{"email", "New@Example.org"}, {"name", "New"}});
  const std::string link = json::get_string(made, "invite_url");
  ASSERT_THAT(link, HasSubstr("/console/invite#"));
  const std::string token = link.substr(link.find('#') + 1);
  EXPECT_EQ(
      error_code(refused({}, "POST", "/login", json::object{{"email", "new@example.org"}, {"password", kPassword}})),
      10021);
  const json::object accept = {{"token", token}, {"password", kPassword}};
  EXPECT_EQ(refused({}, "POST", "/invite", json::object{{"token", "x"}, {"password", kPassword}}).status, 403);
  EXPECT_EQ(refused({}, "POST", "/invite", json::object{{"token", token}, {"password", "short"}}).status, 400);
  const http::Response entered = refused({}, "POST", "/invite", accept);
  ASSERT_EQ(entered.status, 200) << body_text(entered);
  EXPECT_EQ(world_.ask(ConsoleWorld::after(entered), "GET", "/session").status, 200);
  EXPECT_EQ(refused({}, "POST", "/invite", accept).status, 403) << "used";
  world_.sign_in("new@example.org");

  const std::string path = "/users/" + json::get_string(made, "id");
  const std::string again = json::get_string(ask(boss_, "POST", path + "/invite"), "invite_url");
  world_.advance(people::kInviteLives);
  EXPECT_EQ(refused({}, "POST", "/invite",
                    json::object{{"token", again.substr(again.find('#') + 1)}, {"password", kPassword}})
                .status,
            403)
      << "too old";
}

TEST_F(ConsolePeople, UsersAreChangedAndOneOperatorIsLeft) {
  const json::object made =
      ask(boss_, "POST", "/users",
          json::object{{"email", "two@example.org"}, {"name", "Two"}, {"password", kPassword}, {"is_operator", true}});
  EXPECT_FALSE(made.contains("invite_url"));
  EXPECT_EQ(refused(boss_, "POST", "/users", json::object{{"email", "two@example.org"}}).status, 409);
  EXPECT_EQ(refused(boss_, "POST", "/users", json::object{{"email", "nonsense"}}).status, 400);
  const std::string two = "/users/" + json::get_string(made, "id");
  const Browser other = world_.sign_in("two@example.org");
  EXPECT_EQ(ask(boss_, "PATCH", two, json::object{{"is_operator", true}, {"name", "Second"}}).at("name"), "Second");
  EXPECT_EQ(world_.ask(other, "GET", "/session").status, 200) << "the right is the same";
  ask(boss_, "PATCH", two, json::object{{"disabled", true}});
  EXPECT_EQ(world_.ask(other, "GET", "/session").status, 401) << "at once";
  EXPECT_EQ(
      error_code(refused({}, "POST", "/login", json::object{{"email", "two@example.org"}, {"password", kPassword}})),
      10021);
  const json::array users = ask(boss_, "GET", "/users").at("data").as_array();
  ASSERT_THAT(users, SizeIs(3));
  const auto is_boss = [](const json::value& user) {
    return json::get_string(user.as_object(), "email") == "boss@example.org";
  };
  const std::string boss = "/users/" + json::get_string(std::ranges::find_if(users, is_boss)->as_object(), "id");
  for (const char* member : {"disabled", "is_operator"}) {
    const bool value = std::string(member) == "disabled";
    EXPECT_EQ(refused(boss_, "PATCH", boss, json::object{{member, value}}).status, 409) << member;
  }
  EXPECT_EQ(error_code(refused(boss_, "PATCH", "/users/user_x")), 40008);
  for (const people::AuditRow& row : world_.deeds()) {
    EXPECT_THAT(row.deed.after + row.deed.before, Not(HasSubstr("argon2"))) << row.deed.action;
  }
}

TEST_F(ConsolePeople, AProfileIsOnesOwnAndAPasswordEndsEverySession) {
  const json::object me =
      ask(owner_, "PATCH", "/session", json::object{{"name", "Olga"}, {"language", "zh"}}).at("user").as_object();
  EXPECT_EQ(json::get_string(me, "name"), "Olga");
  EXPECT_EQ(json::get_string(me, "language"), "zh");
  EXPECT_EQ(refused(owner_, "PATCH", "/session", json::object{{"language", "fr"}}).status, 400);
  const Browser elsewhere = world_.sign_in("owner@example.org");
  const auto change = [&](const char* current, const char* next) {
    return refused(owner_, "PATCH", "/session", json::object{{"password", {{"current", current}, {"new", next}}}});
  };
  EXPECT_EQ(change("wrong password", "another password").status, 400);
  EXPECT_THAT(body_text(change(kPassword, "short")), HasSubstr(R"("param":"password.new")"));
  const http::Response changed = change(kPassword, "another password");
  ASSERT_EQ(changed.status, 200) << body_text(changed);
  const Browser fresh = ConsoleWorld::after(changed);
  EXPECT_EQ(world_.ask(owner_, "GET", "/session").status, 401);
  EXPECT_EQ(world_.ask(elsewhere, "GET", "/session").status, 401);
  EXPECT_EQ(world_.ask(fresh, "GET", "/session").status, 200);
  world_.sign_in("owner@example.org", "another password");
}

TEST_F(ConsolePeople, SessionsAreListedAndEnded) {
  const Browser elsewhere = world_.sign_in("owner@example.org");
  const json::array rows = ask(owner_, "GET", "/sessions").at("data").as_array();
  ASSERT_THAT(rows, SizeIs(2));
  const auto is_current = [](const json::value& row) { return json::get_bool(row.as_object(), "is_current"); };
  ASSERT_EQ(std::ranges::count_if(rows, is_current), 1);
  const auto other = std::ranges::find_if_not(rows, is_current);
  const std::string path = "/sessions/" + json::get_string(other->as_object(), "id");
  EXPECT_EQ(error_code(refused(boss_, "DELETE", path)), 40008) << "another's";
  ask(owner_, "DELETE", path);
  EXPECT_EQ(world_.ask(elsewhere, "GET", "/session").status, 401);
}

TEST_F(ConsolePeople, TheLogIsPagedFilteredAndExported) {
  for (int i = 0; i < 3; ++i) ask(owner_, "POST", "/accounts/studio/keys");
  ask(boss_, "POST", "/accounts/rival/keys");
  const auto rows = [&](const Browser& browser, const std::string& path) {
    return ask(browser, "GET", path).at("data").as_array();
  };
  EXPECT_THAT(rows(owner_, "/accounts/studio/audit?action=key.create"), SizeIs(3));
  EXPECT_THAT(rows(boss_, "/audit?action=key.create"), SizeIs(4));
  EXPECT_THAT(rows(boss_, "/audit?action=key.&account=rival"), SizeIs(1));
  EXPECT_THAT(rows(boss_, "/audit?actor=" + owner_id_.text() + "&action=key."), SizeIs(3));
  EXPECT_EQ(error_code(world_.ask(boss_, "GET", "/audit?account=nowhere")), 40008);
  EXPECT_EQ(world_.ask(boss_, "GET", "/audit?actor=x").status, 400);
  const json::object page = ask(boss_, "GET", "/audit?limit=2&action=key.create");
  const std::string cursor = json::get_string(page, "next_cursor");
  EXPECT_THAT(rows(boss_, "/audit?action=key.create&cursor=" + cursor), SizeIs(2));

  const http::Response lines = world_.ask(boss_, "GET", "/audit?format=jsonl");
  EXPECT_EQ(lines.content_type, "application/jsonl");
  std::string text;
  for (std::string piece = world_.next_piece(lines); !piece.empty(); piece = world_.next_piece(lines)) text += piece;
  EXPECT_EQ(std::ranges::count(text, '\n'), static_cast<std::ptrdiff_t>(world_.deeds().size()));
  const auto report = world_.ApiWorld::ask<people::AuditReport>(
      [&](auto done) { world_.store->people().check_deeds(std::move(done)); });
  EXPECT_EQ(report.value().first_bad, 0U);
}

}  // namespace
}  // namespace darkroom::test
