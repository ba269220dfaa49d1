// What screens ask for once: the overviews and the playground, each in one answer.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/api/console_world.h"

namespace darkroom::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kModel = "gemini-2.5-flash-image-preview";
constexpr int kWaiting = 3;

class ConsoleViews : public ::testing::Test {
 protected:
  ConsoleViews() {
    api::console::Screens& screens = world_.console.screens;
    screens.report_queue = [](Done<json::object> done) { done(json::object{{"waiting", kWaiting}}); };
    screens.list_upstreams = [](Done<json::array> done) { done(json::array{json::object{{"name", "secret-vendor"}}}); };
    world_.join("studio", world_.make_user("member@example.org"), people::Role::member);
    world_.join("rival", world_.make_user("rival@example.org"), people::Role::owner);
    world_.make_user("boss@example.org", true);
    member_ = world_.sign_in("member@example.org");
    rival_ = world_.sign_in("rival@example.org");
    boss_ = world_.sign_in("boss@example.org");
  }

  // A millisecond after the one before it, so that the order is known.
  std::string submit(const std::string& key) {
    world_.advance(milliseconds(1));
    return world_.submit(key);
  }
  json::object get(const Browser& browser, const std::string& path) {
    const http::Response response = world_.ask(browser, "GET", path);
    EXPECT_EQ(response.status, 200) << path << " " << body_text(response);
    return tree_of(response);
  }

  ConsoleWorld world_;
  Browser member_, rival_, boss_;
};

TEST_F(ConsoleViews, ThePlaygroundOpensWithModelsRequestAndPrice) {
  const json::object example = get(member_, "/accounts/studio/playground?book=test");
  EXPECT_GT(example.at("models").as_array().size(), 10U);
  const json::object* first = nullptr;
  for (const json::value& model : example.at("models").as_array()) {
    if (json::get_string(model.as_object(), "id") == json::get_string(example, "model")) first = &model.as_object();
  }
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(json::get_string(*first, "kind"), "image");
  const json::object own = get(member_, fmt::format("/accounts/studio/playground?book=test&model={}", kModel));
  EXPECT_FALSE(json::get_string(own.at("request").as_object(), "prompt").empty());
  EXPECT_TRUE(own.at("price").is_object());
  const json::object given =
      get(member_,
          fmt::format("/accounts/studio/playground?book=test&model={}&prompt=a%20heron&n=2&size=16:9&x=y", kModel));
  EXPECT_EQ(json::print(given.at("request")), R"({"prompt":"a heron","size":"16:9","n":2})");
  EXPECT_EQ(given.at("price").at("quote").at("count").as_int64(), 2);
  EXPECT_TRUE(
      get(member_, fmt::format("/accounts/studio/playground?model={}&prompt=x&n=99", kModel)).at("price").is_null());
  const std::string id = world_.submit("live", R"(,"n":2)");
  const json::object again = get(member_, "/accounts/studio/playground?from=" + id);
  EXPECT_EQ(json::get_string(again, "model"), kModel);
  EXPECT_TRUE(again.at("request").as_object().contains("prompt"));
  EXPECT_EQ(again.at("price").at("quote").at("count").as_int64(), 2);
  EXPECT_EQ(json::get_string(get(member_, "/accounts/studio/playground?task=" + id).at("task").as_object(), "id"), id);
  EXPECT_EQ(world_.ask(rival_, "GET", "/accounts/rival/playground?from=" + id).status, 404);
  EXPECT_FALSE(get(rival_, "/accounts/rival/playground?task=" + id).contains("task"));
}

TEST_F(ConsoleViews, ALookAtThePlaygroundIsNoUse) {
  get(member_, "/accounts/studio/playground?book=test");
  EXPECT_FALSE(get(member_, "/accounts/studio").at("first_steps").at("playground").as_bool());
}

TEST_F(ConsoleViews, AnOverviewHasAllOfItsAccount) {
  const json::object idle = get(member_, "/accounts/studio?book=live");
  EXPECT_TRUE(idle.at("median_seconds").is_null());
  EXPECT_TRUE(idle.at("funds").at("days_left").is_null());
  const std::string done = submit("live");
  world_.advance(seconds(3));
  world_.finish(done);
  world_.finish(submit("live"), Code::content_policy);
  submit("live");
  const json::object busy = get(member_, "/accounts/studio?book=live");
  EXPECT_EQ(busy.at("week").at("totals").at("tasks").as_int64(), 3);
  EXPECT_EQ(busy.at("median_seconds").as_double(), 3);
  EXPECT_EQ(json::get_int(busy, "unfinished_tasks"), 1);
  const json::object& funds = busy.at("funds").as_object();
  EXPECT_EQ(json::get_int(funds, "available_microcredits"),
            world_.balance("studio", ledger::Book::live).available().count());
  const double week = static_cast<double>(json::get_int(funds, "week_microcredits"));
  ASSERT_GT(week, 0);
  EXPECT_NEAR(funds.at("days_left").as_double(),
              7 * static_cast<double>(json::get_int(funds, "available_microcredits")) / week, 0.1);
  const json::object usage = get(member_, "/accounts/studio/usage?book=live");
  EXPECT_EQ(json::print(usage.at("funds")), json::print(busy.at("funds")));
  EXPECT_EQ(get(member_, "/accounts/studio?book=test").at("week").at("totals").at("tasks").as_int64(), 0);
}

TEST_F(ConsoleViews, TheServersOverviewIsOneAnswer) {
  submit("live");
  submit("other");
  const json::object seen = get(boss_, "/overview?book=live");
  EXPECT_EQ(seen.at("week").at("totals").at("tasks").as_int64(), 2);
  EXPECT_EQ(seen.at("queue").at("waiting").as_int64(), kWaiting);
  EXPECT_EQ(seen.at("upstreams").as_array().size(), 1U);
}

TEST_F(ConsoleViews, AnswersAreCountedByRouteAndStatus) {
  get(member_, "/accounts/studio/tasks");
  world_.ask(member_, "GET", "/tasks");
  world_.ask({}, "GET", "/session");
  const std::string metrics = world_.metrics.print();
  const auto counted = [&](const char* route, const char* status) {
    return fmt::format("method=\"GET\",route=\"/api/console{}\",status=\"{}\"}} 1", route, status);
  };
  EXPECT_THAT(metrics, HasSubstr(counted("/accounts/{account}/tasks", "2xx")));
  EXPECT_THAT(metrics, HasSubstr(counted("/tasks", "4xx")));
  EXPECT_THAT(metrics, HasSubstr(counted("/session", "4xx")));
}

}  // namespace
}  // namespace darkroom::test
