#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/api_world.h"

namespace darkroom::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string kHeron = R"({"model":"gemini-2.5-flash-image-preview","prompt":"a heron"})";

Call wait_for(const std::string& id, const std::string& wait, std::vector<http::Header> headers = {}) {
  return {"GET", "/api/v1/tasks/" + id + "?wait=" + wait, "live", "", std::move(headers)};
}

Call submit_waiting(const std::string& prefer) {
  return {"POST", "/api/v1/images/generations", "live", kHeron, {{"Prefer", prefer}}};
}

TEST(Wait, IsAnsweredWhenTheTaskEnds) {
  for (const bool works : {true, false}) {
    ApiWorld world;
    const std::string id = world.submit();
    const auto waiting = world.begin(wait_for(id, "30"));
    world.settle();
    EXPECT_FALSE(waiting->answer);
    EXPECT_EQ(world.feed.waiting(), 1U);
    const SteadyTime before = world.clock.steady_now();
    world.finish(id, works ? std::optional<Code>() : Code::provider_failed);
    const http::Response answer = world.finish(*waiting);
    EXPECT_EQ(world.clock.steady_now(), before);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(body_text(answer), body_text(world.call({"GET", "/api/v1/tasks/" + id, "live"})));
    EXPECT_THAT(body_text(answer), HasSubstr(works ? R"("status":"completed")" : R"("status":"failed")"));
    EXPECT_EQ(header_of(answer, "Retry-After"), "");
    EXPECT_EQ(world.feed.waiting(), 0U);
  }
}

TEST(Wait, EndsAtItsTimeWithWhatIsThere) {
  ApiWorld world;
  const std::string id = world.submit();
  for (const auto& [wait, took] :
       {std::pair("0", 0), std::pair("7", 7), std::pair("60", 60), std::pair("61", 60), std::pair("1000000", 60)}) {
    const SteadyTime before = world.clock.steady_now();
    const http::Response answer = world.call(wait_for(id, wait));
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(body_text(answer), HasSubstr(R"("status":"processing")"));
    EXPECT_NE(header_of(answer, "Retry-After"), "");
    EXPECT_EQ(world.clock.steady_now() - before, seconds(took)) << wait;
  }
}

TEST(Wait, DoesNotWaitForWhatIsNewsAlready) {
  ApiWorld world;
  const std::string id = world.submit();
  const std::string running = header_of(world.call({"GET", "/api/v1/tasks/" + id, "live"}), "ETag");
  const SteadyTime before = world.clock.steady_now();
  // The client knows another state than the present one.
  EXPECT_EQ(world.call(wait_for(id, "30", {{"If-None-Match", "\"0\""}})).status, 200);
  world.finish(id);
  EXPECT_EQ(world.call(wait_for(id, "30", {{"If-None-Match", running}})).status, 200);
  EXPECT_EQ(world.call(wait_for(id, "30")).status, 200);
  EXPECT_EQ(world.clock.steady_now(), before);
}

TEST(Wait, WithAKnownStateEndsAs304) {
  ApiWorld world;
  const std::string id = world.submit();
  const std::string running = header_of(world.call({"GET", "/api/v1/tasks/" + id, "live"}), "ETag");
  const http::Response late = world.call(wait_for(id, "5", {{"If-None-Match", running}}));
  EXPECT_EQ(late.status, 304);
  EXPECT_EQ(body_text(late), "");
  EXPECT_EQ(header_of(late, "ETag"), running);
}

TEST(Wait, RefusesWhatIsNoTime) {
  ApiWorld world;
  const std::string id = world.submit();
  for (const char* bad : {"", "-1", "1.5", "5s", "forever", "%20", "+5"}) {
    const http::Response refused = world.call(wait_for(id, bad));
    EXPECT_EQ(refused.status, 400) << bad;
    EXPECT_EQ(error_code(refused), 20003);
    EXPECT_THAT(body_text(refused), HasSubstr("wait must be a whole number of seconds, at most 60"));
    EXPECT_THAT(body_text(refused), HasSubstr(R"("param":"wait")"));
  }
}

TEST(Wait, IsForOwnersOnly) {
  ApiWorld world;
  const std::string id = world.submit("other");
  const SteadyTime before = world.clock.steady_now();
  EXPECT_EQ(world.call(wait_for(id, "30")).status, 404);
  EXPECT_EQ(world.call(wait_for("task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e", "30")).status, 404);
  EXPECT_EQ(world.clock.steady_now(), before);
}

TEST(Wait, ManyAreWokenByOneEnd) {
  ApiWorld world;
  const std::string id = world.submit();
  std::vector<std::unique_ptr<Pending>> waiting;
  for (int i = 0; i < 50; ++i) waiting.push_back(world.begin(wait_for(id, "60")));
  world.finish(id);
  const SteadyTime before = world.clock.steady_now();
  for (const auto& one : waiting) EXPECT_THAT(body_text(world.finish(*one)), HasSubstr("completed"));
  EXPECT_EQ(world.clock.steady_now(), before);
}

TEST(Wait, TheFirstOfTwoPreferencesCounts) {
  ApiWorld world;
  Call call = submit_waiting("wait=2");
  call.headers.push_back({"Prefer", "wait=40"});
  const SteadyTime before = world.clock.steady_now();
  EXPECT_EQ(header_of(world.call(std::move(call)), "Preference-Applied"), "wait=2");
  EXPECT_EQ(world.clock.steady_now() - before, seconds(2));
}

TEST(Wait, TheFirstOfTwoPreferencesCountsAlsoWhenItIsNotToWait) {
  for (const char* first : {"wait=0", "wait=soon"}) {
    ApiWorld world;
    Call call = submit_waiting(first);
    call.headers.push_back({"Prefer", "wait=40"});
    const SteadyTime before = world.clock.steady_now();
    EXPECT_EQ(header_of(world.call(std::move(call)), "Preference-Applied"), "") << first;
    EXPECT_EQ(world.clock.steady_now(), before) << first;
  }
}

TEST(Wait, IsAPlainPollWhenThereIsNoPlace) {
  ApiWorld world({.waiting_requests = 1});
  const std::string id = world.submit();
  const auto first = world.begin(wait_for(id, "60"));
  world.settle();
  const SteadyTime before = world.clock.steady_now();
  EXPECT_THAT(body_text(world.call(wait_for(id, "60"))), HasSubstr("processing"));
  EXPECT_EQ(header_of(world.call(submit_waiting("wait=60")), "Preference-Applied"), "");
  EXPECT_EQ(world.clock.steady_now(), before);
  world.finish(id);
  EXPECT_THAT(body_text(world.finish(*first)), HasSubstr("completed"));
}

TEST(Wait, EndsWhenTheServerGoesDown) {
  ApiWorld world;
  const std::string id = world.submit();
  const auto waiting = world.begin(wait_for(id, "60"));
  world.settle();
  const SteadyTime before = world.clock.steady_now();
  world.feed.close();
  EXPECT_THAT(body_text(world.finish(*waiting)), HasSubstr("processing"));
  EXPECT_THAT(body_text(world.call(wait_for(id, "60"))), HasSubstr("processing"));
  EXPECT_EQ(world.clock.steady_now(), before);
}

TEST(PreferWait, AnswersASubmitAsAPoll) {
  ApiWorld world;
  const auto waiting = world.begin(submit_waiting("respond-async, wait=20"));
  world.settle();
  ASSERT_EQ(world.accepted.size(), 1U);
  EXPECT_FALSE(waiting->answer);
  const std::string id = world.accepted.front().id.text();
  world.finish(id);
  const http::Response answer = world.finish(*waiting);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(body_text(answer), body_text(world.call({"GET", "/api/v1/tasks/" + id, "live"})));
  EXPECT_EQ(header_of(answer, "Preference-Applied"), "wait=20");
}

TEST(PreferWait, AnswersWhatIsThereAtItsTime) {
  ApiWorld world;
  const SteadyTime before = world.clock.steady_now();
  const http::Response answer = world.call(submit_waiting("wait=100"));
  EXPECT_EQ(world.clock.steady_now() - before, seconds(60));
  EXPECT_THAT(body_text(answer), HasSubstr(R"("status":"processing","created_at":)"));
  EXPECT_THAT(body_text(answer), HasSubstr(R"("output":null,"error":null})"));
  EXPECT_EQ(header_of(answer, "Preference-Applied"), "wait=60");
}

TEST(PreferWait, IsIgnoredWhenItMakesNoSense) {
  ApiWorld world;
  for (const char* prefer : {"wait=soon", "wait=0", "respond-async", ""}) {
    const http::Response answer = world.call(submit_waiting(prefer));
    EXPECT_EQ(answer.status, 200) << prefer;
    EXPECT_EQ(header_of(answer, "Preference-Applied"), "");
    EXPECT_EQ(body_text(answer).find("output"), std::string::npos);
  }
  EXPECT_EQ(world.call({"POST", "/api/v1/images/generations", "live", "{}", {{"Prefer", "wait=5"}}}).status, 400);
}

TEST(PreferWait, OfARepeatIsAnsweredWithTheEarlierTask) {
  ApiWorld world;
  Call submit = submit_waiting("wait=20");
  submit.headers.push_back({"Idempotency-Key", "a"});
  const auto first = world.begin(submit);
  const auto second = world.begin(submit);
  world.settle();
  ASSERT_EQ(world.accepted.size(), 1U);
  world.finish(world.accepted.front().id.text());
  const http::Response answer = world.finish(*first);
  const http::Response repeat = world.finish(*second);
  EXPECT_THAT(body_text(answer), HasSubstr("completed"));
  EXPECT_EQ(body_text(repeat), body_text(answer));
  EXPECT_EQ(header_of(repeat, "Idempotent-Replayed"), "true");
}

TEST(RetryAfter, ToldByTheSubmitIsThatOfAPoll) {
  ApiWorld world;
  world.typical_seconds = 8.2;
  const auto submit = [&] {
    return world.call({"POST", "/api/v1/images/generations", "live", kHeron, {{"Idempotency-Key", "one"}}});
  };
  EXPECT_EQ(header_of(submit(), "Retry-After"), "9");
  world.advance(seconds(4));
  EXPECT_EQ(header_of(submit(), "Retry-After"), "5");
  world.finish(world.accepted.front().id.text());
  EXPECT_EQ(header_of(submit(), "Retry-After"), "");
}

TEST(RetryAfter, AimsAtTheMeasuredMedian) {
  ApiWorld world;
  world.typical_seconds = 8.2;
  const std::string id = world.submit();
  const auto pause = [&] { return header_of(world.call({"GET", "/api/v1/tasks/" + id, "live"}), "Retry-After"); };
  EXPECT_EQ(pause(), "9");
  world.advance(seconds(6));
  EXPECT_EQ(pause(), "3");
  world.advance(seconds(12));
  EXPECT_EQ(pause(), "5");
}

}  // namespace
}  // namespace darkroom::test
