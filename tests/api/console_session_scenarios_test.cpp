// How people get in, stay in and get out.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/api/console_world.h"

namespace darkroom::test {
namespace {

using ::testing::HasSubstr;

class ConsoleSession : public ::testing::Test {
 protected:
  json::object login(const std::string& email, const std::string& password = kPassword) {
    return {{"email", email}, {"password", password}};
  }
  int status_of(const Browser& browser) { return world_.ask(browser, "GET", "/session").status; }

  ConsoleWorld world_;
};

TEST_F(ConsoleSession, TheLinkOfTheFirstStartMakesOneOperator) {
  EXPECT_TRUE(json::get_bool(tree_of(world_.ask({}, "GET", "/server")), "needs_setup"));
  const Secret token = world_.entrance.open_setup(world_.random);
  json::object setup = {{"token", "wrong"}, {"email", "Boss@Example.org"}, {"password", kPassword}, {"name", "Boss"}};
  EXPECT_EQ(world_.ask({}, "POST", "/setup", setup).status, 403);
  setup["token"] = token.reveal();
  setup["password"] = "too short";
  const http::Response weak = world_.ask({}, "POST", "/setup", setup);
  EXPECT_EQ(weak.status, 400);
  EXPECT_THAT(body_text(weak), HasSubstr(R"("param":"password")"));
  setup["password"] = kPassword;
  const http::Response made = world_.ask({}, "POST", "/setup", setup);
  ASSERT_EQ(made.status, 200) << body_text(made);
  const json::object me = tree_of(world_.ask(world_.after(made), "GET", "/session"));
  EXPECT_EQ(json::get_string(me.at("user").as_object(), "email"), "boss@example.org");
  EXPECT_TRUE(json::get_bool(me.at("user").as_object(), "is_operator"));
  setup["email"] = "second@example.org";
  EXPECT_EQ(world_.ask({}, "POST", "/setup", setup).status, 403) << "used";
  setup["token"] = world_.entrance.open_setup(world_.random).reveal();
  EXPECT_EQ(world_.ask({}, "POST", "/setup", setup).status, 403) << "there is an operator";
  EXPECT_FALSE(json::get_bool(tree_of(world_.ask({}, "GET", "/server")), "needs_setup"));
}

TEST_F(ConsoleSession, TheCookieIsWhatBrowsersKeepToThemselves) {
  world_.make_user("anna@example.org");
  const http::Response response = world_.ask({}, "POST", "/login", login("anna@example.org"));
  const std::string cookie = header_of(response, "Set-Cookie");
  EXPECT_THAT(cookie, ::testing::MatchesRegex("__Host-darkroom_session=[A-Za-z0-9_-]{43}; .*"));
  for (const char* part : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"}) {
    EXPECT_THAT(cookie, HasSubstr(part));
  }
  EXPECT_THAT(cookie, ::testing::Not(HasSubstr("Domain")));
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}, {"X-Frame-Options", "DENY"}}) {
    EXPECT_EQ(header_of(response, name), value);
  }
  EXPECT_THAT(header_of(response, "Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
}

TEST_F(ConsoleSession, WhoIsUnknownIsToldNoMoreThanWhoErrs) {
  world_.make_user("anna@example.org");
  const http::Response wrong = world_.ask({}, "POST", "/login", login("anna@example.org", "another password"));
  const http::Response unknown = world_.ask({}, "POST", "/login", login("nobody@example.org"));
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(error_code(wrong), 10021);
  EXPECT_EQ(unknown.status, wrong.status);
  EXPECT_EQ(body_text(unknown), body_text(wrong));
}

TEST_F(ConsoleSession, EveryRefusedLoginCostsOneHash) {
  world_.make_user("anna@example.org");
  const UserId gone = world_.make_user("gone@example.org");
  people::Deed deed;
  const auto disabled = world_.ApiWorld::ask<people::User>(
      [&](auto done) { world_.store->people().change_user(gone, {.disabled = true}, deed, std::move(done)); });
  ASSERT_TRUE(disabled);
  for (const auto& [email, password] : std::map<std::string, std::string>{{"anna@example.org", "another password"},
                                                                          {"nobody@example.org", kPassword},
                                                                          {"gone@example.org", kPassword}}) {
    world_.passwords_looked_at = 0;
    EXPECT_EQ(world_.ask({}, "POST", "/login", login(email, password)).status, 401) << email;
    EXPECT_EQ(world_.passwords_looked_at, 1) << email;
  }
}

TEST_F(ConsoleSession, AnEarlierCookieIsNeverTakenOver) {
  world_.make_user("anna@example.org");
  const std::string chosen(43, 'A');
  const http::Response response = world_.ask({chosen, ""}, "POST", "/login", login("anna@example.org"));
  ASSERT_EQ(response.status, 200);
  EXPECT_NE(world_.after(response).cookie, chosen);
  EXPECT_EQ(status_of({chosen, ""}), 401);
  const Browser first = world_.after(response);
  const Browser second = world_.sign_in("anna@example.org");
  EXPECT_NE(first.cookie, second.cookie);
}

TEST_F(ConsoleSession, OfTwoCookiesNoneCounts) {
  world_.make_user("anna@example.org");
  const Browser anna = world_.sign_in("anna@example.org");
  const std::string name(people::kSessionCookie);
  const auto with = [&](std::vector<http::Header> headers) {
    return world_.send("GET", "/session", std::move(headers)).status;
  };
  EXPECT_EQ(with({{"Cookie", "a=b; " + name + "=" + anna.cookie + "; c=d"}}), 200);
  EXPECT_EQ(with({{"Cookie", name + "=x; " + name + "=" + anna.cookie}}), 401);
  EXPECT_EQ(with({{"Cookie", name + "=" + anna.cookie}, {"Cookie", name + "=x"}}), 401);
  EXPECT_EQ(with({{"Cookie", "darkroom_session=" + anna.cookie}}), 401);
}

TEST_F(ConsoleSession, ItEndsWithALogoutWithTimeAndWithoutUse) {
  world_.make_user("anna@example.org");
  const Browser left = world_.sign_in("anna@example.org");
  const http::Response out = world_.ask(left, "POST", "/logout", json::object());
  EXPECT_EQ(out.status, 200);
  EXPECT_EQ(world_.after(out, left).cookie, "");
  EXPECT_EQ(status_of(left), 401);

  const Browser idle = world_.sign_in("anna@example.org");
  world_.advance(people::kIdleAtMost - seconds(1));
  EXPECT_EQ(status_of(idle), 200);
  world_.advance(people::kIdleAtMost - seconds(1));
  EXPECT_EQ(status_of(idle), 200) << "each use counts";
  world_.advance(people::kIdleAtMost);
  EXPECT_EQ(status_of(idle), 401);

  const Browser busy = world_.sign_in("anna@example.org");
  for (seconds used{0}; used + std::chrono::minutes(20) < people::kLivesAtMost; used += std::chrono::minutes(20)) {
    world_.advance(std::chrono::minutes(20));
    ASSERT_EQ(status_of(busy), 200);
  }
  world_.advance(std::chrono::minutes(20));
  EXPECT_EQ(status_of(busy), 401);
}

TEST_F(ConsoleSession, GuessingIsLimitedForAnEmailAndForAnAddress) {
  world_.make_user("anna@example.org");
  http::Response last;
  for (int i = 0; i < people::LoginLimiter::kOfEmail.burst; ++i) {
    last = world_.ask({}, "POST", "/login", login("anna@example.org", "guess number x"));
    ASSERT_EQ(last.status, 401);
  }
  last = world_.ask({}, "POST", "/login", login("anna@example.org"));
  EXPECT_EQ(last.status, 429) << "even with the right password";
  EXPECT_EQ(error_code(last), 10022);
  EXPECT_EQ(header_of(last, "Retry-After"), "60");
  world_.advance(seconds(60));
  EXPECT_EQ(world_.ask({}, "POST", "/login", login("anna@example.org")).status, 200);
}

TEST_F(ConsoleSession, ASubscriberOfIpv6IsOneAddress) {
  const auto status_from = [&](int host, int number) {
    const std::vector<http::Header> headers = {
        {"Host", "console.example.org"}, {"Origin", ConsoleWorld::kOrigin}, {"Content-Type", "application/json"}};
    const json::object body = login(fmt::format("guess{}@example.org", number));
    return world_.send("POST", "/login", headers, json::print(body), fmt::format("2001:db8::{}:{}", host, number))
        .status;
  };
  for (int i = 0; i < people::LoginLimiter::kOfAddress.burst; ++i) ASSERT_EQ(status_from(1, i), 401);
  EXPECT_EQ(status_from(2, 99), 429);
}

TEST_F(ConsoleSession, NoKeyOpensTheConsoleAndNoCookieTheApi) {
  world_.make_user("anna@example.org", true);
  const Browser anna = world_.sign_in("anna@example.org");
  EXPECT_EQ(world_.send("GET", "/session", {{"Authorization", "Bearer " + world_.key_texts["live"]}}).status, 401);
  Call call{.target = "/api/v1/balance"};
  call.headers = {{"Cookie", std::string(people::kSessionCookie) + "=" + anna.cookie}};
  EXPECT_EQ(world_.call(std::move(call)).status, 401);
}

TEST_F(ConsoleSession, ChangesMustComeFromOurPages) {
  world_.make_user("anna@example.org");
  const Browser anna = world_.sign_in("anna@example.org");
  const std::string cookie = std::string(people::kSessionCookie) + "=" + anna.cookie;
  const std::vector<http::Header> good = {{"Host", "console.example.org"},
                                          {"Cookie", cookie},
                                          {"Origin", ConsoleWorld::kOrigin},
                                          {"Content-Type", "application/json"},
                                          {"X-CSRF-Token", anna.csrf}};
  const auto with = [&](const std::string& name, const std::string& value) {
    std::vector<http::Header> headers;
    for (const http::Header& header : good) {
      if (header.name != name) headers.push_back(header);
    }
    if (!value.empty()) headers.push_back({name, value});
    return error_code(world_.send("POST", "/logout", headers, "{}"));
  };
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"Origin", ""},
                                                        {"Origin", "null"},
                                                        {"Origin", "https://evil.example.com"},
                                                        {"Origin", "https://console.example.org.evil.com"},
                                                        {"Sec-Fetch-Site", "cross-site"},
                                                        {"Sec-Fetch-Site", "same-site"},
                                                        {"Content-Type", ""},
                                                        {"Content-Type", "text/plain"},
                                                        {"Content-Type", "application/x-www-form-urlencoded"},
                                                        {"Content-Type", "multipart/form-data; boundary=x"},
                                                        {"X-CSRF-Token", ""},
                                                        {"X-CSRF-Token", std::string(64, '0')},
                                                        {"X-CSRF-Token", anna.cookie}}) {
    EXPECT_EQ(with(name, value), 10023) << name << ": " << value;
  }
  EXPECT_EQ(status_of(anna), 200) << "none of these has ended the session";
  EXPECT_EQ(world_.send("POST", "/logout", good, "{}").status, 200);
}

}  // namespace
}  // namespace darkroom::test
