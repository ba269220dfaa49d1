#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/api_world.h"

namespace darkroom::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string task_path(const std::string& id) { return "/api/v1/tasks/" + id; }

std::string poll_body(const ApiWorld& world, const std::string& id, std::int64_t age_seconds, const std::string& end) {
  const std::int64_t created = to_unix_seconds(world.clock.wall_now()) - age_seconds;
  return R"({"id":")" + id + R"(","model":"gemini-2.5-flash-image-preview",)" + end.substr(0, end.find('|')) +
         R"(,"created_at":)" + std::to_string(created) + end.substr(end.find('|') + 1) + "}";
}

TEST(Poll, ShowsEachEndAsTheContractDoes) {
  ApiWorld world;
  const std::string done = world.submit("live", R"(,"n":2)");
  const std::string failed = world.submit();
  const std::string cancelled = world.submit();
  EXPECT_EQ(body_text(world.call({"GET", task_path(done), "live"})),
            poll_body(world, done, 0, R"("status":"processing"|,"output":null,"error":null)"));
  world.finish(done);
  world.finish(failed, Code::content_policy);
  world.cancel(cancelled);

  const std::string link = "https://pictures.example.org/media/tasks/" + done.substr(5);
  EXPECT_EQ(body_text(world.call({"GET", task_path(done), "live"})),
            poll_body(world, done, 0,
                      R"("status":"completed"|,"output":{"image_urls":[")" + link + R"(/0.png",")" + link +
                          R"(/1.png"]},"error":null)"));
  EXPECT_EQ(
      body_text(world.call({"GET", task_path(failed), "live"})),
      poll_body(
          world, failed, 0,
          R"("status":"failed"|,"output":null,"error":{"code":80006,"message":"Request violates content policy"})"));
  EXPECT_THAT(body_text(world.call({"GET", task_path(cancelled), "live"})), HasSubstr(R"("status":"failed")"));
  EXPECT_THAT(body_text(world.call({"GET", task_path(cancelled), "live"})), HasSubstr(R"({"code":40003,)"));
}

TEST(Poll, ChargesNothingAndSettlesWhatWasHeld) {
  ApiWorld world;
  const std::string done = world.submit();
  const std::string failed = world.submit();
  EXPECT_EQ(world.balance("studio", ledger::Book::live).held.count(), 2 * 14'375'000);
  world.finish(done);
  world.finish(failed, Code::provider_failed);
  for (int i = 0; i < 3; ++i) world.call({"GET", task_path(done), "live"});
  const ledger::Balance balance = world.balance("studio", ledger::Book::live);
  EXPECT_EQ(balance.held.count(), 0);
  EXPECT_EQ(balance.captured.count(), 14'375'000);
}

TEST(Poll, AnotherAccountsTaskIsAnUnknownTaskByteForByte) {
  ApiWorld world;
  const std::string mine = world.submit("live");
  const std::string unknown = "task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e";
  for (const char* suffix : {"", "/events"}) {
    const http::Response foreign = world.call({"GET", task_path(mine) + suffix, "other"});
    const http::Response none = world.call({"GET", task_path(unknown) + suffix, "other"});
    EXPECT_EQ(foreign.status, 404);
    EXPECT_EQ(error_code(foreign), 40001);
    EXPECT_EQ(body_text(foreign), body_text(none));
    EXPECT_EQ(foreign.headers.size(), none.headers.size());
  }
  // Another key of the same account may read it.
  EXPECT_EQ(world.call({"GET", task_path(mine), "test"}).status, 200);
}

// A key that was let in before is found by a shorter way; what it may do is looked up all the same.
TEST(Poll, RefusesAKeyAtOnceThatItHasLetInBefore) {
  ApiWorld world;
  const std::string id = world.submit("live");
  const usecase::CreatedKey spare = world.make_key("spare", {.account = "studio"});
  world.make_key("short", {.account = "studio", .expires_in = seconds(60)});
  for (const char* key : {"spare", "short"}) {
    EXPECT_EQ(world.call({"GET", task_path(id), key}).status, 200);
    EXPECT_EQ(world.call({"GET", task_path(id), key}).status, 200);
  }
  ASSERT_TRUE(world.wait(world.manager.revoke_key(world.loop, spare.record.id)).has_value());
  const http::Response revoked = world.call({"GET", task_path(id), "spare"});
  EXPECT_EQ(revoked.status, 401);
  EXPECT_EQ(error_code(revoked), info(Code::key_revoked).public_number);
  EXPECT_EQ(world.call({"GET", task_path(id), "short"}).status, 200);
  world.advance(seconds(61));
  const http::Response expired = world.call({"GET", task_path(id), "short"});
  EXPECT_EQ(expired.status, 401);
  EXPECT_EQ(error_code(expired), info(Code::key_expired).public_number);
  EXPECT_EQ(world.call({"GET", task_path(id), "live"}).status, 200);
}

TEST(Poll, RefusesWhatIsNoTaskId) {
  ApiWorld world;
  for (const char* id : {"task_", "task_01jzzzzzzzzzzzzzzzzzzzzzzz", "018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e",
                         "task_018F5A3A1B6E7D9F8C2B4D6E8F0A2C4E", "task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e0"}) {
    const http::Response response = world.call({"GET", task_path(id), "live"});
    EXPECT_EQ(response.status, 404) << id;
    EXPECT_EQ(error_code(response), 40001) << id;
  }
}

TEST(Poll, IsAnsweredFromMemoryAndFromTheStoreAlike) {
  ApiWorld world;
  const std::string id = world.submit();
  world.finish(id);
  const std::string from_memory = body_text(world.call({"GET", task_path(id), "live"}));
  usecase::TaskCache empty;
  usecase::ReadTask cold({*world.store, empty, world.feed, world.accounts, "https://pictures.example.org"});
  const TaskId task = TaskId::parse(id).value();
  const AccountId owner = world.cache.find(task)->account;
  EXPECT_EQ(cold.find_cached(task, owner), nullptr);
  EXPECT_EQ(world.wait(cold.get(world.loop, task, owner)).value()->body, from_memory);
  EXPECT_NE(cold.find_cached(task, owner), nullptr);
  EXPECT_EQ(cold.find_cached(task, AccountId{}), nullptr);
}

TEST(Poll, HasAnEntityTagThatChangesWithTheStatus) {
  ApiWorld world;
  const std::string id = world.submit();
  const http::Response running = world.call({"GET", task_path(id), "live"});
  const std::string tag = header_of(running, "ETag");
  EXPECT_EQ(header_of(running, "Retry-After"), "2");
  const http::Response same = world.call({"GET", task_path(id), "live", "", {{"If-None-Match", tag}}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(body_text(same), "");
  EXPECT_EQ(header_of(same, "ETag"), tag);
  world.finish(id);
  const http::Response ended = world.call({"GET", task_path(id), "live", "", {{"If-None-Match", "\"x\", " + tag}}});
  EXPECT_EQ(ended.status, 200);
  EXPECT_NE(header_of(ended, "ETag"), tag);
  EXPECT_EQ(header_of(ended, "Retry-After"), "");
}

TEST(Poll, IsLimitedApartFromSubmits) {
  api::Limits limits;
  limits.polls = account::Rate::per_second(2, 2);
  ApiWorld world({.limits = limits});
  const std::string id = world.submit();
  EXPECT_EQ(header_of(world.call({"GET", task_path(id), "live"}), "RateLimit-Policy"), R"("poll";q=2;w=1)");
  EXPECT_EQ(world.call({"GET", task_path(id), "live"}).status, 200);
  const http::Response refused = world.call({"GET", task_path(id), "live"});
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(header_of(refused, "Retry-After"), "1");
  world.submit();
}

TEST(Events, TellTheStoryWithoutNames) {
  ApiWorld world;
  const std::string id = world.submit("test");
  world.finish(id, Code::provider_failed);
  const http::Response response = world.call({"GET", task_path(id) + "/events", "live"});
  const std::string text = body_text(response);
  EXPECT_EQ(response.status, 200);
  for (const char* expected :
       {R"({"data":[{"number":0,"at":"20)", R"("type":"accepted")", R"("type":"started")", R"("attempt":1)",
        R"("outcome":"failed")", R"("error":"provider_failed")", R"("type":"failed")"}) {
    EXPECT_THAT(text, HasSubstr(expected));
  }
  for (const char* hidden : {"sandbox", "upstream", "4711", "detail", "gemini"}) {
    EXPECT_THAT(text, Not(HasSubstr(hidden)));
  }
}

TEST(Balance, IsTheFloorOfWhatIsAvailableInTheKeysBook) {
  ApiWorld world;
  world.submit();
  EXPECT_EQ(body_text(world.call({"GET", "/api/v1/balance", "live"})),
            R"({"balance":985,"available_microcredits":985625000,"held_microcredits":14375000})");
  EXPECT_EQ(body_text(world.call({"GET", "/api/v1/balance", "test"})),
            R"({"balance":1000000,"available_microcredits":1000000000000,"held_microcredits":0})");
}

}  // namespace
}  // namespace darkroom::test
