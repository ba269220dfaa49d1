#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/api_world.h"

namespace darkroom::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Page {
  std::vector<std::string> ids;
  std::string next;
};

Page list(ApiWorld& world, const std::string& query, const std::string& key = "live") {
  const http::Response response = world.call({"GET", "/api/v1/tasks?" + query, key});
  EXPECT_EQ(response.status, 200) << body_text(response);
  const json::object tree = json::parse_object(body_text(response)).value();
  Page page;
  for (const json::value& task : tree.at("data").as_array()) {
    page.ids.emplace_back(json::get_string(task.as_object(), "id"));
  }
  if (tree.at("next_cursor").is_string()) page.next = tree.at("next_cursor").as_string();
  return page;
}

TEST(List, PagesFromTheNewestToTheEnd) {
  ApiWorld world;
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    world.clock.advance_to(world.clock.steady_now() + milliseconds(1'000));
    ids.insert(ids.begin(), world.submit("live"));
  }
  const Page first = list(world, "limit=2");
  EXPECT_THAT(first.ids, ElementsAre(ids[0], ids[1]));
  const Page second = list(world, "limit=2&cursor=" + first.next);
  EXPECT_THAT(second.ids, ElementsAre(ids[2], ids[3]));
  const Page third = list(world, "limit=2&cursor=" + second.next);
  EXPECT_THAT(third.ids, ElementsAre(ids[4]));
  EXPECT_EQ(third.next, "");
  EXPECT_EQ(list(world, "limit=5").next, "");
}

TEST(List, EachItemIsTheAnswerToAPoll) {
  ApiWorld world;
  const std::string id = world.submit("live");
  world.finish(id);
  const std::string poll = body_text(world.call({"GET", "/api/v1/tasks/" + id, "live"}));
  EXPECT_EQ(body_text(world.call({"GET", "/api/v1/tasks", "live"})),
            R"({"data":[)" + poll + R"(],"next_cursor":null})");
}

TEST(List, Filters) {
  ApiWorld world;
  const std::string done = world.submit("live");
  world.finish(done);
  world.clock.advance_to(world.clock.steady_now() + milliseconds(10'000));
  const std::string failed = world.submit("live");
  world.finish(failed, Code::content_policy);
  world.clock.advance_to(world.clock.steady_now() + milliseconds(10'000));
  const std::string running = world.submit("live");
  const std::int64_t now = to_unix_seconds(world.clock.wall_now());
  EXPECT_THAT(list(world, "status=completed").ids, ElementsAre(done));
  EXPECT_THAT(list(world, "status=failed").ids, ElementsAre(failed));
  EXPECT_THAT(list(world, "status=processing").ids, ElementsAre(running));
  EXPECT_THAT(list(world, "model=gemini-2.5-flash-image-preview&limit=1").ids, ElementsAre(running));
  EXPECT_THAT(list(world, "model=gpt-image-2").ids, IsEmpty());
  EXPECT_THAT(list(world, "key=key_00000000000000000000000000000000").ids, IsEmpty());
  EXPECT_THAT(list(world, "created_after=" + std::to_string(now - 10)).ids, ElementsAre(running, failed));
  EXPECT_THAT(list(world, "created_before=" + std::to_string(now - 10)).ids, ElementsAre(done));
}

TEST(List, RefusesWhatItCannotRead) {
  ApiWorld world;
  struct Row {
    const char* query;
    const char* words;
  };
  for (const Row& row :
       {Row{"limit=0", "limit must be a whole number from 1 to 100"}, Row{"limit=101", "limit must be"},
        Row{"limit=ten", "limit must be"}, Row{"cursor=x", "cursor must be the next_cursor"},
        Row{"status=running", "status must be processing, completed or failed"},
        Row{"key=7", "key must be the id of an API key"}, Row{"created_after=-1", "created_after must be"},
        Row{"created_before=yesterday", "created_before must be"}}) {
    const http::Response response = world.call({"GET", std::string("/api/v1/tasks?") + row.query, "live"});
    EXPECT_EQ(response.status, 400) << row.query;
    EXPECT_THAT(body_text(response), HasSubstr(row.words));
    EXPECT_THAT(body_text(response), HasSubstr("20003"));
  }
}

TEST(List, ABrokenEscapeIsNoMissingFilter) {
  ApiWorld world;
  const std::string id = world.submit("live");
  for (const std::string& target : {std::string("/api/v1/tasks?model=%"), std::string("/api/v1/tasks?cursor=%zz"),
                                    "/api/v1/tasks/" + id + "?wait=%1", std::string("/api/v1/usage?from=%"),
                                    std::string("/api/v1/webhooks/default/deliveries?cursor=%A")}) {
    const http::Response response = world.call({"GET", target, "live"});
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_EQ(error_code(response), 20011) << target;
    EXPECT_THAT(body_text(response), HasSubstr("two hex digits"));
  }
  EXPECT_THAT(list(world, "model=gemini%2D2.5-flash-image-preview").ids, ElementsAre(id));
}

}  // namespace
}  // namespace darkroom::test
