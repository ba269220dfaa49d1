#include "net/router.h"

#include <gtest/gtest.h>

#include "runtime/async_scope.h"
#include "runtime/loops.h"

namespace darkroom::net {
namespace {

// Answers with its own name and the values it was given.
Async<http::Response> name_handler(std::string name, std::vector<std::string> wanted, PathParams params) {
  http::Response response;
  std::string text = std::move(name);
  for (const std::string& key : wanted) text += " " + key + "=" + std::string(params.get(key));
  response.body = std::move(text);
  co_return response;
}

RouteHandler named(const std::string& name, const std::vector<std::string>& wanted = {}) {
  return [name, wanted](Loop&, const http::Request&, PathParams params) { return name_handler(name, wanted, params); };
}

Async<void> keep(Async<http::Response> answer, http::Response* out) { *out = co_await answer; }

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router_.add("GET", "/", named("root"));
    router_.add("GET", "/api/v1/tasks", named("list"));
    router_.add("GET", "/api/v1/tasks/{id}", named("read", {"id"}));
    router_.add("POST", "/api/v1/tasks/{id}/cancel", named("cancel", {"id"}));
    router_.add("GET", "/api/v1/tasks/latest", named("latest"));
    router_.add("GET", "/media/{kind}/{file...}", named("media", {"kind", "file"}));
    router_.add("DELETE", "/api/v1/tasks/{id}", named("delete", {"id"}));
  }

  http::Response ask(const std::string& method, const std::string& path) {
    http::Request request;
    request.method = method;
    request.path = path;
    request.request_id = "req_1";
    http::Response response;
    AsyncScope scope;
    scope.spawn(keep(router_(loop_, request), &response));
    EXPECT_EQ(scope.size(), 0U);
    return response;
  }
  std::string body(const std::string& method, const std::string& path) {
    return std::get<std::string>(ask(method, path).body);
  }
  static std::string allow(const http::Response& response) {
    return std::string(http::find_header(response.headers, "allow").value_or("none"));
  }

  EventLoop loop_{"router"};
  Router router_;
};

TEST_F(RouterTest, FindsTheMostExactPattern) {
  const std::vector<std::array<std::string, 3>> rows = {
      {"GET", "/", "root"},
      {"GET", "/api/v1/tasks", "list"},
      {"GET", "/api/v1/tasks/7", "read id=7"},
      {"HEAD", "/api/v1/tasks/7", "read id=7"},
      {"GET", "/api/v1/tasks/latest", "latest"},
      {"POST", "/api/v1/tasks/latest/cancel", "cancel id=latest"},
      {"DELETE", "/api/v1/tasks/a b", "delete id=a b"},
      {"GET", "/media/tasks/1/2.png", "media kind=tasks file=1/2.png"},
  };
  for (const auto& [method, path, answer] : rows) EXPECT_EQ(body(method, path), answer) << method << " " << path;
}

TEST_F(RouterTest, AnswersForItselfWhereNoHandlerDoes) {
  for (const char* path : {"/api", "/api/v1/tasks/", "/api/v1/tasks/7/", "/api/v1/tasks//cancel", "//api/v1/tasks",
                           "/media/tasks/", "/media/tasks", "/API/v1/tasks", "/api/v1/tasks/7/cancel/x"}) {
    EXPECT_EQ(ask("GET", path).status, 404) << path;
  }
  EXPECT_EQ(body("GET", "/none"), R"({"error":{"code":40002,"message":"No such endpoint","request_id":"req_1"}})");

  const http::Response refused = ask("PUT", "/api/v1/tasks/7");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(allow(refused), "GET, DELETE, HEAD, OPTIONS");
  EXPECT_EQ(allow(ask("GET", "/api/v1/tasks/7/cancel")), "POST, OPTIONS");
  EXPECT_EQ(ask("HEAD", "/api/v1/tasks/7/cancel").status, 405);

  const http::Response options = ask("OPTIONS", "/api/v1/tasks");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(allow(options), "GET, HEAD, OPTIONS");
  EXPECT_EQ(ask("OPTIONS", "*").status, 204);
  EXPECT_EQ(ask("OPTIONS", "/none").status, 404);
}

TEST_F(RouterTest, ListsItsRoutesInOrder) {
  ASSERT_EQ(router_.routes().size(), 7U);
  EXPECT_EQ(router_.routes()[2].method, "GET");
  EXPECT_EQ(router_.routes()[2].pattern, "/api/v1/tasks/{id}");
}

TEST(RouterDeathTest, RefusesContradictions) {
  Router router;
  router.add("GET", "/a/{id}", named("one"));
  EXPECT_DEATH(router.add("GET", "/a/{id}", named("two")), "find_handler");
  EXPECT_DEATH(router.add("GET", "/a/{name}/b", named("two")), "known == name");
  EXPECT_DEATH(router.add("GET", "a", named("two")), "starts_with");
}

}  // namespace
}  // namespace darkroom::net
