#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/submit_headers.h"
#include "tests/api/api_world.h"

namespace darkroom::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

constexpr std::int64_t kPrice = 14'375'000;  // of one picture

Call cancel(const std::string& id, const std::string& key = "live") {
  return {"POST", "/api/v1/tasks/" + id + "/cancel", key};
}

TEST(Cancel, OfWhatWasNotSentIsFreeAndShownAsFailed) {
  for (const task::CancelRule rule : {task::CancelRule::free, task::CancelRule::charge, task::CancelRule::refuse}) {
    ApiWorld world;
    world.cancel_rule = rule;
    const std::string id = world.submit("live", R"(,"n":2)");
    const http::Response answer = world.call(cancel(id));
    EXPECT_EQ(answer.status, 200);
    const std::string poll = body_text(world.call({"GET", "/api/v1/tasks/" + id, "live"}));
    EXPECT_THAT(poll, HasSubstr(R"("status":"failed")"));
    EXPECT_THAT(poll, HasSubstr(R"("error":{"code":40003,"message":"Task cancelled"}})"));
    EXPECT_EQ(body_text(answer), poll.substr(0, poll.size() - 1) + R"(,"charged_microcredits":0})");
    EXPECT_EQ(world.balance("studio", ledger::Book::live).held.count(), 0);
    EXPECT_EQ(world.balance("studio", ledger::Book::live).captured.count(), 0);
  }
}

TEST(Cancel, OfWhatWasSentFollowsTheOperatorsRule) {
  struct Row {
    task::CancelRule rule;
    int status;
    std::int64_t charged;
    std::int64_t held;
  };
  for (const Row& row : {Row{task::CancelRule::free, 200, 0, 0}, Row{task::CancelRule::charge, 200, 2 * kPrice, 0},
                         Row{task::CancelRule::refuse, 409, 0, 2 * kPrice}}) {
    ApiWorld world;
    world.is_sent = true;
    world.cancel_rule = row.rule;
    const std::string id = world.submit("live", R"(,"n":2)");
    const http::Response answer = world.call(cancel(id));
    EXPECT_EQ(answer.status, row.status);
    if (row.status == 200) {
      EXPECT_THAT(body_text(answer), EndsWith("\"charged_microcredits\":" + std::to_string(row.charged) + "}"));
    } else {
      EXPECT_EQ(error_code(answer), 40005);
    }
    EXPECT_EQ(world.balance("studio", ledger::Book::live).captured.count(), row.charged);
    EXPECT_EQ(world.balance("studio", ledger::Book::live).held.count(), row.held);
  }
}

TEST(Cancel, OfWhatHasEndedIsAConflict) {
  ApiWorld world;
  const std::string done = world.submit();
  const std::string twice = world.submit();
  world.finish(done);
  const http::Response late = world.call(cancel(done));
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(error_code(late), 40005);
  EXPECT_EQ(world.call(cancel(twice)).status, 200);
  const http::Response again = world.call(cancel(twice));
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(error_code(again), 40003);
  EXPECT_EQ(world.balance("studio", ledger::Book::live).captured.count(), kPrice);
}

TEST(Cancel, IsForOwnersOnly) {
  ApiWorld world;
  const std::string id = world.submit("other");
  for (const std::string& target : {id, std::string("task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e"), std::string("x")}) {
    const http::Response refused = world.call(cancel(target));
    EXPECT_EQ(refused.status, 404) << target;
    EXPECT_EQ(error_code(refused), 40001);
  }
  EXPECT_EQ(world.call(cancel(id, "")).status, 401);
  EXPECT_EQ(world.balance("rival", ledger::Book::live).held.count(), kPrice);
}

TEST(Cancel, WakesWhoWaits) {
  ApiWorld world;
  const std::string id = world.submit();
  const auto waiting = world.begin({"GET", "/api/v1/tasks/" + id + "?wait=60", "live"});
  world.settle();
  const SteadyTime before = world.clock.steady_now();
  EXPECT_EQ(world.call(cancel(id)).status, 200);
  EXPECT_THAT(body_text(world.finish(*waiting)), HasSubstr("40003"));
  EXPECT_EQ(world.clock.steady_now(), before);
}

TEST(CancelAfter, IsATimeInHoursMinutesAndSeconds) {
  struct Row {
    const char* text;
    std::optional<seconds> time;
  };
  for (const Row& row :
       {Row{"90s", seconds(90)}, Row{"5m", seconds(300)}, Row{"1h30m", seconds(5400)}, Row{"1h1m1s", seconds(3661)},
        Row{"24h", seconds(86'400)}, Row{"0s", seconds(0)}, Row{"1h5s", seconds(3605)}, Row{"90", {}}, Row{"", {}},
        Row{"s", {}}, Row{"5m1h", {}}, Row{"1m1m", {}}, Row{"-5s", {}}, Row{"+5s", {}}, Row{"1.5h", {}}, Row{"5 s", {}},
        Row{"5S", {}}, Row{"9999999s", {}}, Row{"99999999999999999999s", {}}}) {
    EXPECT_EQ(api::parse_cancel_after(row.text), row.time) << row.text;
  }
}

TEST(CancelAfter, IsStoredWithTheTaskAndRefusedOutsideItsBounds) {
  ApiWorld world;
  const auto submit = [&](const char* after) {
    Call call{"POST", "/api/v1/images/generations", "live"};
    call.body = R"({"model":"gemini-2.5-flash-image-preview","prompt":"a heron"})";
    call.headers = {{"Cancel-After", after}};
    return world.call(std::move(call));
  };
  EXPECT_EQ(submit("90s").status, 200);
  ASSERT_EQ(world.accepted.size(), 1U);
  EXPECT_EQ(world.accepted.front().cancel_at, world.clock.wall_now() + seconds(90));
  const auto stored = world.ask<std::optional<task::Task>>(
      [&](auto done) { world.store->find_task(world.accepted.front().id, std::move(done)); });
  EXPECT_EQ((*stored)->plan.cancel_at, world.clock.wall_now() + seconds(90));
  for (const char* bad : {"0s", "24h1s", "25h", "soon", ""}) {
    const http::Response refused = submit(bad);
    EXPECT_EQ(refused.status, 400) << bad;
    EXPECT_EQ(error_code(refused), 20003);
    EXPECT_THAT(body_text(refused), HasSubstr("Cancel-After must be a time from 1s to 24h"));
    EXPECT_THAT(body_text(refused), HasSubstr(R"("param":"Cancel-After")"));
  }
  EXPECT_EQ(world.accepted.size(), 1U);
}

}  // namespace
}  // namespace darkroom::test
