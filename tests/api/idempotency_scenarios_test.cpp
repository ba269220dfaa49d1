#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/api_world.h"

namespace darkroom::test {
namespace {

using testing::HasSubstr;

constexpr const char* kImages = "/api/v1/images/generations";
constexpr std::int64_t kPrice = 14'375'000;  // of one picture
const std::string kHeron = R"({"model":"gemini-2.5-flash-image-preview","prompt":"a heron"})";
const std::string kOwl = R"({"model":"gemini-2.5-flash-image-preview","prompt":"an owl"})";

Call keyed(const std::string& idempotency_key, const std::string& body = kHeron, const std::string& key = "live") {
  return {"POST", kImages, key, body, {{"Idempotency-Key", idempotency_key}}};
}

std::int64_t held(ApiWorld& world, ledger::Book book = ledger::Book::live) {
  return world.balance("studio", book).held.count();
}

TEST(Idempotency, TheSameSubmitIsAnsweredWithTheSameTask) {
  ApiWorld world;
  const http::Response first = world.call(keyed("order-1"));
  ASSERT_EQ(first.status, 200);
  EXPECT_EQ(header_of(first, "Idempotent-Replayed"), "");
  world.finish(json::get_string(*json::parse_object(body_text(first)), "id"));
  world.advance(seconds(90));
  const http::Response again = world.call(keyed("order-1"));
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(body_text(again), body_text(first));
  EXPECT_EQ(header_of(again, "Idempotent-Replayed"), "true");
  EXPECT_EQ(world.accepted.size(), 1U);
  EXPECT_EQ(world.balance("studio", ledger::Book::live).captured.count(), kPrice);
  EXPECT_EQ(held(world), 0);
}

TEST(Idempotency, AnotherRequestUnderTheKeyIsRefusedAndChangesNothing) {
  ApiWorld world;
  ASSERT_EQ(world.call(keyed("order-1")).status, 200);
  const std::string bad_size = R"({"model":"gemini-2.5-flash-image-preview","prompt":"a heron","size":"1:3"})";
  for (const std::string& body : {kOwl, kHeron + " ", bad_size}) {
    const http::Response other = world.call(keyed("order-1", body));
    EXPECT_EQ(other.status, 422) << body;
    EXPECT_EQ(error_code(other), 20014);
    EXPECT_THAT(body_text(other), HasSubstr("Idempotency-Key"));
  }
  EXPECT_EQ(held(world), kPrice);
  EXPECT_EQ(body_text(world.call(keyed("order-1"))).find("task_"), 7U);
}

TEST(Idempotency, AKeyBelongsToAnAccountAndABook) {
  ApiWorld world;
  const std::string mine = body_text(world.call(keyed("order-1")));
  EXPECT_NE(body_text(world.call(keyed("order-1", kHeron, "other"))), mine);
  EXPECT_NE(body_text(world.call(keyed("order-1", kHeron, "test"))), mine);
  EXPECT_NE(body_text(world.call(keyed("order-2"))), mine);
  // Another key of the account is the same caller.
  world.make_key("second", {.account = "studio"});
  EXPECT_EQ(body_text(world.call(keyed("order-1", kHeron, "second"))), mine);
  EXPECT_EQ(held(world), 2 * kPrice);
  EXPECT_EQ(held(world, ledger::Book::test), kPrice);
}

TEST(Idempotency, ARepeatIsAnsweredThoughASubmitWouldBeRefusedNow) {
  ApiWorld world({.queued_tasks = 1});
  const std::string first = body_text(world.call(keyed("order-1")));
  EXPECT_EQ(world.call(keyed("order-2")).status, 429);
  EXPECT_EQ(body_text(world.call(keyed("order-1"))), first);
  EXPECT_EQ(world.accounts.get(world.accepted.front().account)->unfinished_tasks, 1);
}

TEST(Idempotency, ARefusalStoresNothing) {
  ApiWorld world;
  EXPECT_EQ(world.call(keyed("order-1", R"({"model":"gemini-2.5-flash-image-preview"})")).status, 400);
  EXPECT_EQ(world.call(keyed("order-1", kHeron, "poor")).status, 402);
  EXPECT_EQ(world.call(keyed("order-1", kOwl)).status, 200);
}

TEST(Idempotency, AKeyIsFreeAgainAfterThreeDays) {
  ApiWorld world;
  const std::string first = body_text(world.call(keyed("order-1")));
  world.advance(std::chrono::hours(72) - milliseconds(1));
  EXPECT_EQ(body_text(world.call(keyed("order-1"))), first);
  world.advance(milliseconds(1));
  EXPECT_EQ(world.call(keyed("order-1", kOwl)).status, 200);
}

TEST(Idempotency, AKeyIsBoundedPrintableText) {
  ApiWorld world;
  EXPECT_EQ(world.call(keyed(std::string(255, 'k'))).status, 200);
  EXPECT_EQ(world.call(keyed("\"8e03978e-40d5-43dd-bc93-6894a57f9324\" ~")).status, 200);
  for (const std::string& bad :
       {std::string(), std::string(256, 'k'), std::string("a\tb"), std::string("caf\xc3\xa9")}) {
    const http::Response refused = world.call(keyed(bad));
    EXPECT_EQ(refused.status, 400) << bad;
    EXPECT_EQ(error_code(refused), 20003);
    EXPECT_THAT(body_text(refused), HasSubstr(R"("message":"Idempotency-Key must be 1 to 255 printable ASCII)"));
    EXPECT_THAT(body_text(refused), HasSubstr(R"("param":"Idempotency-Key")"));
  }
  Call twice = keyed("a");
  twice.headers.push_back({"idempotency-key", "a"});
  EXPECT_THAT(body_text(world.call(twice)), HasSubstr("Idempotency-Key must be sent once"));
  EXPECT_EQ(held(world), 2 * kPrice);
}

TEST(Idempotency, TenThousandRacingSubmitsAreOneTask) {
  api::Limits limits;
  limits.submits = account::Rate::per_second(1'000'000, 1'000'000);
  ApiWorld world({.limits = limits});
  std::vector<std::unique_ptr<Pending>> racers;
  for (int i = 0; i < 10'000; ++i) racers.push_back(world.begin(keyed("order-1")));
  int fresh = 0;
  std::string first;
  for (const std::unique_ptr<Pending>& racer : racers) {
    const http::Response answer = world.finish(*racer);
    ASSERT_EQ(answer.status, 200) << body_text(answer);
    if (first.empty()) first = body_text(answer);
    ASSERT_EQ(body_text(answer), first);
    fresh += header_of(answer, "Idempotent-Replayed").empty() ? 1 : 0;
  }
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(world.accepted.size(), 1U);
  EXPECT_EQ(held(world), kPrice);
  const auto report = world.ask<ledger::Report>([&](auto done) { world.store->audit(std::move(done)); });
  EXPECT_EQ(report->tasks, 1U);
  EXPECT_TRUE(report->violations.empty());
}

}  // namespace
}  // namespace darkroom::test
