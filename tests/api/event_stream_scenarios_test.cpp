#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/event_stream.h"
#include "tests/api/api_world.h"

namespace darkroom::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Call stream(const std::string& id, std::vector<http::Header> headers = {}, const std::string& method = "GET") {
  headers.push_back({"Accept", "text/event-stream"});
  return {method, "/api/v1/tasks/" + id + "/events", "live", "", std::move(headers)};
}

TEST(EventStream, TellsTheLogAndThenEachEventToTheEnd) {
  ApiWorld world;
  const std::string id = world.submit();
  const http::Response response = world.call(stream(id));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/event-stream");
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  EXPECT_EQ(world.next_piece(response), "retry: 1000\n\n");
  const std::string accepted = world.next_piece(response);
  EXPECT_THAT(accepted, StartsWith("id: 0\nevent: accepted\ndata: {\"number\":0,"));
  EXPECT_EQ(accepted.find("\n\n"), accepted.size() - 2);

  world.finish(id);
  const std::string rest = world.next_piece(response);
  EXPECT_THAT(rest, StartsWith("id: 1\nevent: started\n"));
  EXPECT_THAT(rest, HasSubstr("id: 3\nevent: completed\ndata: "));
  EXPECT_THAT(rest, HasSubstr(",\"task\":" + body_text(world.call({"GET", "/api/v1/tasks/" + id, "live"})) + "}\n\n"));
  EXPECT_EQ(world.next_piece(response), "");
  EXPECT_EQ(world.next_piece(response), "");
}

TEST(EventStream, SaysNowAndThenThatItIsStillThere) {
  ApiWorld world;
  const http::Response response = world.call(stream(world.submit()));
  world.next_piece(response);
  world.next_piece(response);
  for (int i = 0; i < 3; ++i) {
    const SteadyTime before = world.clock.steady_now();
    EXPECT_EQ(world.next_piece(response), ":\n\n");
    EXPECT_EQ(world.clock.steady_now() - before, api::kHeartbeat);
  }
}

TEST(EventStream, GoesOnBehindTheLastEventThatWasSeen) {
  ApiWorld world;
  const std::string id = world.submit();
  world.finish(id);
  const http::Response response = world.call(stream(id, {{"Last-Event-ID", "1"}}));
  world.next_piece(response);
  const std::string rest = world.next_piece(response);
  EXPECT_THAT(rest, StartsWith("id: 2\n"));
  EXPECT_THAT(rest, HasSubstr("event: completed"));
  EXPECT_EQ(world.next_piece(response), "");

  for (const char* all : {"3", "4", "4294967294"}) {
    EXPECT_EQ(world.call(stream(id, {{"Last-Event-ID", all}})).status, 204) << all;
  }
  for (const char* bad : {"x", "-1", "1.5", "4294967295", "4294967296"}) {
    const http::Response refused = world.call(stream(id, {{"Last-Event-ID", bad}}));
    EXPECT_EQ(refused.status, 400) << bad;
    EXPECT_THAT(body_text(refused), HasSubstr("Last-Event-ID must be"));
  }
}

TEST(EventStream, EndsAlsoForWhoHasSeenWhatHasNotHappened) {
  for (const char* future : {"1", "1000", "4294967294"}) {
    ApiWorld world;
    const std::string id = world.submit();
    const http::Response response = world.call(stream(id, {{"Last-Event-ID", future}}));
    EXPECT_EQ(world.next_piece(response), "retry: 1000\n\n");
    world.finish(id);
    const std::string rest = world.next_piece(response);
    EXPECT_THAT(rest, StartsWith("id: 1\nevent: started\n")) << future;
    EXPECT_THAT(rest, HasSubstr("event: completed")) << future;
    EXPECT_EQ(world.next_piece(response), "");
  }
}

TEST(EventStream, NeverNamesAnUpstream) {
  ApiWorld world;
  const std::string id = world.submit();
  world.finish(id, Code::provider_failed);
  const http::Response response = world.call(stream(id));
  world.next_piece(response);
  const std::string log = world.next_piece(response);
  EXPECT_THAT(log, HasSubstr("event: failed"));
  EXPECT_THAT(log, Not(HasSubstr("sandbox")));
  EXPECT_THAT(log, Not(HasSubstr("4711")));
}

TEST(EventStream, IsForOwnersOnlyAndHasItsPlace) {
  ApiWorld world({.waiting_requests = 1});
  EXPECT_EQ(world.call(stream(world.submit("other"))).status, 404);
  const std::string id = world.submit();
  {
    const http::Response first = world.call(stream(id));
    EXPECT_EQ(world.feed.waiting(), 1U);
    const http::Response second = world.call(stream(id));
    EXPECT_EQ(second.status, 503);
    EXPECT_NE(header_of(second, "Retry-After"), "");
  }
  EXPECT_EQ(world.feed.waiting(), 0U);
  EXPECT_EQ(world.call(stream(id, {}, "HEAD")).status, 200);
  EXPECT_EQ(world.feed.waiting(), 0U);
}

TEST(EventStream, EndsWhenTheServerGoesDown) {
  ApiWorld world;
  const http::Response response = world.call(stream(world.submit()));
  world.next_piece(response);
  world.next_piece(response);
  const SteadyTime before = world.clock.steady_now();
  world.feed.close();
  EXPECT_EQ(world.next_piece(response), "");
  EXPECT_EQ(world.clock.steady_now(), before);
}

}  // namespace
}  // namespace darkroom::test
