// Who may do what: every route of the console, for everybody who may come, and the description of them.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "tests/api/console_world.h"
#include "tests/support/repository.h"

namespace darkroom::test {
namespace {

using api::console::Route;
using ::testing::HasSubstr;

// What each route is meant to be for, apart from what the table says: a route that is not here has no rule yet.
// P: anyone, U: any user, M: members of the account, O: its owners, S: operators.
const std::map<std::string, char> kRules = {
    {"GET /openapi.json", 'P'},
    {"GET /server", 'P'},
    {"POST /setup", 'P'},
    {"POST /login", 'P'},
    {"POST /invite", 'P'},
    {"POST /logout", 'U'},
    {"GET /session", 'U'},
    {"PATCH /session", 'U'},
    {"GET /sessions", 'U'},
    {"DELETE /sessions/{id}", 'U'},
    {"GET /accounts", 'U'},
    {"POST /accounts", 'S'},
    {"GET /accounts/{account}", 'M'},
    {"POST /accounts/{account}/grants", 'S'},
    {"GET /accounts/{account}/keys", 'M'},
    {"POST /accounts/{account}/keys", 'O'},
    {"PATCH /accounts/{account}/keys/{id}", 'O'},
    {"POST /accounts/{account}/keys/{id}/revoke", 'O'},
    {"POST /accounts/{account}/keys/{id}/roll", 'O'},
    {"GET /accounts/{account}/members", 'M'},
    {"POST /accounts/{account}/members", 'O'},
    {"PUT /accounts/{account}/members/{user}", 'O'},
    {"DELETE /accounts/{account}/members/{user}", 'O'},
    {"GET /accounts/{account}/audit", 'O'},
    {"GET /overview", 'S'},
    {"GET /users", 'S'},
    {"POST /users", 'S'},
    {"PATCH /users/{id}", 'S'},
    {"POST /users/{id}/invite", 'S'},
    {"GET /audit", 'S'},
    {"GET /settings", 'S'},
    {"GET /accounts/{account}/playground", 'M'},
    {"POST /accounts/{account}/playground", 'M'},
    {"GET /accounts/{account}/tasks", 'M'},
    {"GET /accounts/{account}/tasks/{id}", 'M'},
    {"POST /accounts/{account}/tasks/{id}/cancel", 'M'},
    {"GET /accounts/{account}/tasks/{id}/thumbnails/{index}", 'M'},
    {"POST /accounts/{account}/tasks/{id}/deliveries/{delivery}/resend", 'O'},
    {"GET /accounts/{account}/usage", 'M'},
    {"GET /accounts/{account}/ledger", 'M'},
    {"GET /accounts/{account}/errors", 'M'},
    {"GET /accounts/{account}/webhooks", 'M'},
    {"POST /accounts/{account}/webhooks", 'O'},
    {"GET /accounts/{account}/webhooks/{id}", 'M'},
    {"PATCH /accounts/{account}/webhooks/{id}", 'O'},
    {"DELETE /accounts/{account}/webhooks/{id}", 'O'},
    {"POST /accounts/{account}/webhooks/{id}/rotate", 'O'},
    {"POST /accounts/{account}/webhooks/{id}/test", 'O'},
    {"GET /accounts/{account}/webhooks/{id}/deliveries", 'M'},
    {"POST /accounts/{account}/webhooks/{id}/deliveries/{delivery}/resend", 'O'},
    {"GET /models", 'U'},
    {"GET /models/{id}", 'U'},
    {"POST /models/{id}/price/preview", 'S'},
    {"PUT /models/{id}/price", 'S'},
    {"GET /stream", 'U'},
    {"GET /tasks", 'S'},
    {"GET /usage", 'S'},
    {"GET /errors", 'S'},
    {"GET /upstreams", 'S'},
    {"PATCH /upstreams/{name}", 'S'},
    {"POST /upstreams/{name}/test", 'S'},
    {"GET /queue", 'S'},
};

std::string name_of(const Route& route) { return fmt::format("{} {}", route.method, route.pattern); }

api::console::Answer say_reached(api::console::Visit&) { co_return api::console::answer_with({{"reached", true}}); }

// The real area and table with handlers that only say that they were reached.
class ConsoleRights : public ::testing::Test {
 protected:
  ConsoleRights() : area_(world_.console) {
    world_.console_router = net::Router();
    for (const Route& row : api::console::console_routes()) {
      Route route = row;
      route.handle = say_reached;
      world_.console_router.add(route.method, fmt::format("/api/console{}", route.pattern),
                                [this, route](Loop& loop, const http::Request& request, const net::PathParams& params) {
                                  return area_.serve(route, counters_, loop, request, params);
                                });
    }
    world_.make_user("boss@example.org", true);
    world_.join("studio", world_.make_user("member@example.org"), people::Role::member);
    world_.join("studio", world_.make_user("owner@example.org"), people::Role::owner);
    world_.join("rival", world_.make_user("rival@example.org"), people::Role::owner);
  }

  // A session in the store, without the login, which says only "reached" here.
  Browser browser_of(const std::string& email) {
    const auto user = world_.ApiWorld::ask<std::optional<people::User>>(
        [&](auto done) { world_.store->people().find_user_by_email(email, std::move(done)); });
    const Secret token = people::make_token(world_.random);
    people::Session session;
    session.created_at = world_.clock.wall_now();
    session.last_seen_at = session.created_at;
    session.id = SessionId::make(session.created_at, world_.random);
    session.user = user.value().value().id;
    session.token = people::digest_of(token);
    people::Deed deed;
    DR_CHECK(world_
                 .ApiWorld::ask<void>(
                     [&](auto done) { world_.store->people().start_session(session, deed, std::move(done)); })
                 .has_value());
    return {std::string(token.reveal()), people::csrf_token(token)};
  }

  // 0: the handler was reached; else the code of the refusal.
  int outcome(const Route& route, const Browser& browser, const std::string& account,
              std::vector<http::Header> headers = {}) {
    std::string path(route.pattern);
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::string>>{{"{account}", account}, {"{id}", "x"}, {"{user}", "x"}}) {
      if (const std::size_t at = path.find(name); at != std::string::npos) path.replace(at, name.size(), value);
    }
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{')) {
      path.replace(at, path.find('}') + 1 - at, "x");
    }
    const json::value body = route.method == "GET" ? json::value(nullptr) : json::value(json::object());
    const http::Response response = world_.ask(browser, std::string(route.method), path, body, std::move(headers));
    return response.status == 200 ? 0 : error_code(response);
  }

  ConsoleWorld world_;
  api::console::Area area_;
  api::AnswerCounters counters_{world_.metrics, "GET", "/nowhere"};
};

constexpr int kSessionMissing = 10020;
constexpr int kForbidden = 10006;
constexpr int kNoSuchObject = 40008;

TEST_F(ConsoleRights, EveryRouteIsForThoseItIsMeantFor) {
  struct Visitor {
    const char* name;
    Browser browser;
    std::map<char, int> outcomes;  // of P, U, M, O, S
  };
  const Visitor visitors[] = {
      {"nobody",
       {},
       {{'P', 0}, {'U', kSessionMissing}, {'M', kSessionMissing}, {'O', kSessionMissing}, {'S', kSessionMissing}}},
      {"a member",
       browser_of("member@example.org"),
       {{'P', 0}, {'U', 0}, {'M', 0}, {'O', kForbidden}, {'S', kForbidden}}},
      {"an owner", browser_of("owner@example.org"), {{'P', 0}, {'U', 0}, {'M', 0}, {'O', 0}, {'S', kForbidden}}},
      {"another's owner",
       browser_of("rival@example.org"),
       {{'P', 0}, {'U', 0}, {'M', kNoSuchObject}, {'O', kNoSuchObject}, {'S', kForbidden}}},
      {"an operator", browser_of("boss@example.org"), {{'P', 0}, {'U', 0}, {'M', 0}, {'O', 0}, {'S', 0}}},
  };
  for (const Route& route : api::console::console_routes()) {
    const auto rule = kRules.find(name_of(route));
    ASSERT_NE(rule, kRules.end()) << name_of(route) << " has no rule here";
    const bool has_account = route.pattern.find("{account}") != std::string_view::npos;
    for (const Visitor& visitor : visitors) {
      for (const std::string& account : {std::string("studio"), world_.account_id("studio").text()}) {
        int expected = visitor.outcomes.at(rule->second);
        // Of an account that one may not see there is nothing to forbid.
        if (has_account && rule->second == 'S' && std::string(visitor.name) == "another's owner") {
          expected = kNoSuchObject;
        }
        EXPECT_EQ(outcome(route, visitor.browser, account), expected) << visitor.name << ": " << name_of(route);
      }
    }
    const int with_key = outcome(route, {}, "studio", {{"Authorization", "Bearer " + world_.key_texts.at("live")}});
    EXPECT_EQ(with_key, rule->second == 'P' ? 0 : kSessionMissing) << "an API key: " << name_of(route);
    if (has_account) {
      EXPECT_EQ(outcome(route, browser_of("boss@example.org"), "nowhere"), kNoSuchObject) << name_of(route);
    }
  }
}

TEST_F(ConsoleRights, EveryRuleHasItsRoute) {
  std::set<std::string> routes;
  for (const Route& route : api::console::console_routes()) routes.insert(name_of(route));
  for (const auto& [name, rule] : kRules) EXPECT_TRUE(routes.contains(name)) << name;
}

TEST_F(ConsoleRights, EveryChangeMustComeFromOurPages) {
  const Browser boss = browser_of("boss@example.org");
  for (const Route& route : api::console::console_routes()) {
    if (route.method == "GET") continue;
    std::string path(route.pattern);
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{')) {
      path.replace(at, path.find('}') + 1 - at, "studio");
    }
    const http::Response forged = world_.send(std::string(route.method), path,
                                              {{"Cookie", fmt::format("{}={}", people::kSessionCookie, boss.cookie)},
                                               {"Host", "console.example.org"},
                                               {"Origin", "https://evil.example"},
                                               {"Content-Type", "application/json"},
                                               {"X-CSRF-Token", boss.csrf}},
                                              "{}");
    EXPECT_EQ(error_code(forged), 10023) << name_of(route);
    const Browser without_token = {boss.cookie, ""};
    const http::Response tokenless = world_.ask(without_token, std::string(route.method), path, json::object());
    EXPECT_EQ(tokenless.status == 200, route.who == api::console::Who::anyone) << name_of(route);
  }
}

TEST_F(ConsoleRights, AnAccountsNewRoleAndADisabledUserCountAtOnce) {
  const auto keys = [&](const Browser& browser) {
    return error_code(world_.ask(browser, "POST", "/accounts/studio/keys", json::object()));
  };
  const Browser member = browser_of("member@example.org");
  EXPECT_EQ(keys(member), kForbidden);
  const auto user = world_.ApiWorld::ask<std::optional<people::User>>(
      [&](auto done) { world_.store->people().find_user_by_email("member@example.org", std::move(done)); });
  world_.join("studio", user.value()->id, people::Role::owner);
  EXPECT_EQ(keys(member), 0);
  people::Deed deed;
  const auto disabled = world_.ApiWorld::ask<people::User>([&](auto done) {
    world_.store->people().change_user(user.value()->id, {.disabled = true}, deed, std::move(done));
  });
  ASSERT_TRUE(disabled);
  EXPECT_EQ(keys(member), kSessionMissing);
}

TEST(ConsoleDescription, HasEveryRouteAndNoOther) {
  ConsoleWorld world;
  const http::Response response = world.ask({}, "GET", "/openapi.json");
  ASSERT_EQ(response.status, 200);
  const json::object document = tree_of(response);
  std::set<std::string> described;
  for (const auto& path : document.at("paths").as_object()) {
    for (const auto& operation : path.value().as_object()) {
      std::string method(operation.key());
      for (char& c : method) c = static_cast<char>(c & ~0x20);
      described.insert(method + " " + std::string(path.key()));
    }
  }
  std::set<std::string> served;
  for (const Route& route : api::console::console_routes()) served.insert(name_of(route));
  EXPECT_EQ(described, served);
  EXPECT_EQ(world.console_router.routes().size(), served.size());
}

// Each entry down to the third level on a line of its own, so that a change shows as one.
std::string print_lines(const json::value& tree, int depth = 0) {
  if (!tree.is_object() || depth == 3 || tree.get_object().empty()) return json::print(tree);
  const std::string indent(2 * static_cast<std::size_t>(depth) + 2, ' ');
  std::string text = "{";
  for (const auto& member : tree.get_object()) {
    text += text.size() > 1 ? ",\n" : "\n";
    text += indent + json::print(json::value(member.key())) + ": " + print_lines(member.value(), depth + 1);
  }
  return text + "\n" + indent.substr(2) + "}";
}

// The pages' types are made from console/openapi.json. DARKROOM_REFRESH=1 writes it anew: make console-openapi.
TEST(ConsoleDescription, IsTheOneThatThePagesAreBuiltWith) {
  const auto description = api::console::describe_console_routes("1");
  const std::string text = print_lines(json::parse(description->text, {.depth = 64}).value()) + "\n";
  if (std::getenv("DARKROOM_REFRESH") != nullptr) {
    std::ofstream(repository_root() / "console/openapi.json") << text;
  }
  EXPECT_EQ(read_repository_file("console/openapi.json"), text) << "refresh the copy: make console-openapi";
}

}  // namespace
}  // namespace darkroom::test
