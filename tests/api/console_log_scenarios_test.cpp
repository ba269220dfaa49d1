// Every route of the console that changes something leaves a row in the log: who, what, before and after, from where.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>

#include "tests/api/console_world.h"

namespace darkroom::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kModel = "gemini-2.5-flash-image-preview";
constexpr const char* kBoss = "boss@example.org";
constexpr const char* kGuest = "guest@example.org";

// What the row must have of the thing that was changed.
enum class Kept { neither, after, before, both };

class ConsoleLog : public ::testing::Test {
 protected:
  ConsoleLog() {
    world_.console.screens.send_test = [](webhook::Endpoint, Done<webhook::Answer> done) { done({.status = 204}); };
    world_.console.screens.list_upstreams = [this](Done<json::array> done) {
      done(json::array{json::object{{"name", "vendor"}, {"drained", is_drained_}, {"weight", 0}}});
    };
    world_.services.steer_upstream = [this](std::string, api::UpstreamChange change, Done<Result<json::object>> done) {
      is_drained_ = change.is_drained.value_or(is_drained_);
      done(json::object{});
    };
    world_.services.test_upstream = [](std::string, Done<Result<json::object>> done) {
      done(json::object{{"ok", true}});
    };
  }

  // Does it as a page would, and looks at the newest row of the log.
  json::object deed(const std::string& method, const std::string& path, const std::string& pattern, Kept kept,
                    const json::object& body = {}) {
    done_.insert(method + " " + pattern);
    world_.request_id = fmt::format("req_00000000-0000-4000-8000-{:012}", done_.size());
    const std::size_t before = world_.deeds().size();
    last_ = world_.ask(browser_, method, path, body);
    EXPECT_EQ(last_.status, 200) << method << " " << path << " " << body_text(last_);
    const std::vector<people::AuditRow> rows = world_.deeds();
    bool is_kept = false;
    for (std::size_t i = 0; i + before < rows.size(); ++i) {
      const people::Deed& row = rows[i].deed;
      EXPECT_EQ(row.actor_email, actor_) << method << " " << pattern;
      EXPECT_EQ(row.request_id, world_.request_id) << method << " " << pattern;
      EXPECT_FALSE(row.action.empty() || row.target.empty() || row.address.empty()) << method << " " << pattern;
      is_kept |= row.before.empty() == (kept == Kept::neither || kept == Kept::after) &&
                 row.after.empty() == (kept == Kept::neither || kept == Kept::before);
      for (const char* secret : {"whsec_", "argon2", kPassword}) {
        EXPECT_THAT(row.before + row.after, Not(HasSubstr(secret))) << method << " " << pattern;
      }
    }
    EXPECT_TRUE(is_kept) << method << " " << pattern << " has no row with what it was or is";
    return tree_of(last_);
  }
  std::string id_of(const json::object& tree) { return json::get_string(tree, "id"); }
  std::string get_first(const std::string& path) {
    return id_of(tree_of(world_.ask(browser_, "GET", path)).at("data").at(0).as_object());
  }

  void enter();
  void change_people();
  void change_keys();
  void change_work();
  void change_webhooks();
  void leave();

  ConsoleWorld world_;
  Browser browser_;
  std::string actor_ = kBoss;
  http::Response last_;
  std::set<std::string> done_;
  bool is_drained_ = false;
};

void ConsoleLog::enter() {
  const std::string token(world_.entrance.open_setup(world_.random).reveal());
  deed("POST", "/setup", "/setup", Kept::neither, {{"token", token}, {"email", kBoss}, {"password", kPassword}});
  deed("POST", "/login", "/login", Kept::neither, {{"email", kBoss}, {"password", kPassword}});
  browser_ = ConsoleWorld::after(last_);
  deed("PATCH", "/session", "/session", Kept::both, {{"name", "Boss"}});
}

void ConsoleLog::change_people() {
  deed("POST", "/accounts", "/accounts", Kept::after, {{"name", "fresh"}});
  deed("POST", "/accounts/fresh/grants", "/accounts/{account}/grants", Kept::after, {{"credits", "5"}});
  const std::string guest = id_of(deed("POST", "/users", "/users", Kept::after, {{"email", kGuest}}));
  const json::object invited = deed("POST", "/users/" + guest + "/invite", "/users/{id}/invite", Kept::neither);
  const std::string link = json::get_string(invited, "invite_url");
  actor_ = kGuest;
  const Browser boss = std::exchange(browser_, Browser());
  deed("POST", "/invite", "/invite", Kept::neither,
       {{"token", link.substr(link.find('#') + 1)}, {"password", kPassword}});
  actor_ = kBoss;
  browser_ = boss;
  deed("PATCH", "/users/" + guest, "/users/{id}", Kept::both, {{"name", "Guest"}});
  const std::string members = "/accounts/studio/members";
  const std::string pattern = "/accounts/{account}/members";
  deed("POST", members, pattern, Kept::after, {{"email", kGuest}, {"role", "member"}});
  deed("PUT", members + "/" + guest, pattern + "/{user}", Kept::both, {{"role", "owner"}});
  deed("DELETE", members + "/" + guest, pattern + "/{user}", Kept::before);
}

void ConsoleLog::change_keys() {
  const std::string keys = "/accounts/studio/keys";
  const std::string pattern = "/accounts/{account}/keys";
  const std::string key = keys + "/" + id_of(deed("POST", keys, pattern, Kept::after));
  deed("PATCH", key, pattern + "/{id}", Kept::both, {{"name", "laptop"}});
  deed("POST", key + "/roll", pattern + "/{id}/roll", Kept::both);
  const std::string second = keys + "/" + id_of(deed("POST", keys, pattern, Kept::after));
  deed("POST", second + "/revoke", pattern + "/{id}/revoke", Kept::both);
}

void ConsoleLog::change_work() {
  const json::object submitted = deed("POST", "/accounts/studio/playground?book=test", "/accounts/{account}/playground",
                                      Kept::neither, {{"model", kModel}, {"prompt", "a heron"}});
  deed("POST", "/accounts/studio/tasks/" + id_of(submitted) + "/cancel", "/accounts/{account}/tasks/{id}/cancel",
       Kept::after);
  deed("PATCH", "/upstreams/vendor", "/upstreams/{name}", Kept::both, {{"drained", true}});
  deed("POST", "/upstreams/vendor/test", "/upstreams/{name}/test", Kept::after);
  const json::object price = {{"when", json::object()}, {"credits", "20.5"}};
  deed("PUT", fmt::format("/models/{}/price", kModel), "/models/{id}/price", Kept::both,
       {{"revision", 0}, {"tiers", json::array{price}}});
}

void ConsoleLog::change_webhooks() {
  const std::string hooks = "/accounts/studio/webhooks";
  const std::string pattern = "/accounts/{account}/webhooks";
  const std::string hook =
      hooks + "/" + id_of(deed("POST", hooks, pattern, Kept::after, {{"url", "https://hooks.example.org/"}}));
  deed("PATCH", hook, pattern + "/{id}", Kept::both, {{"url", "https://hooks.example.org/done"}});
  deed("POST", hook + "/rotate", pattern + "/{id}/rotate", Kept::after);
  deed("POST", hook + "/test", pattern + "/{id}/test", Kept::neither);
  const std::string task = world_.submit("live");
  world_.finish(task);
  const std::string delivery = "/deliveries/" + get_first(hook + "/deliveries") + "/resend";
  const std::string resend = "/{id}/deliveries/{delivery}/resend";
  deed("POST", hook + delivery, pattern + resend, Kept::neither);
  deed("POST", "/accounts/studio/tasks/" + task + delivery, "/accounts/{account}/tasks" + resend, Kept::neither);
  deed("DELETE", hook, pattern + "/{id}", Kept::before);
}

void ConsoleLog::leave() {
  world_.sign_in(kBoss);
  std::string other;
  const json::object sessions = tree_of(world_.ask(browser_, "GET", "/sessions"));
  for (const json::value& row : sessions.at("data").as_array()) {
    if (!json::get_bool(row.as_object(), "is_current")) other = id_of(row.as_object());
  }
  deed("DELETE", "/sessions/" + other, "/sessions/{id}", Kept::neither);
  deed("POST", "/logout", "/logout", Kept::neither);
}

TEST_F(ConsoleLog, EveryChangeHasARow) {
  enter();
  change_people();
  change_keys();
  change_work();
  change_webhooks();
  leave();
  std::set<std::string> changing;
  for (const api::console::Route& route : api::console::console_routes()) {
    if (route.method != "GET") changing.insert(fmt::format("{} {}", route.method, route.pattern));
  }
  changing.erase("POST /models/{id}/price/preview");  // asks what a change would do
  EXPECT_EQ(done_, changing);
}

}  // namespace
}  // namespace darkroom::test
