#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/json.h"
#include "webhook/delivery.h"
#include "webhook/signature.h"

namespace darkroom::webhook {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::SizeIs;

const WallTime kNow = from_millis(1'735'000'000'123);

Endpoint make_endpoint(const std::string& url = "https://example.org/hook") {
  Endpoint endpoint;
  endpoint.id.bytes[0] = 1;
  endpoint.account.bytes[0] = 2;
  endpoint.url = url;
  endpoint.secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  return endpoint;
}

TEST(WebhookEvents, HaveNamesAndSetsOfThem) {
  for (const EventType type : kEventTypes) EXPECT_EQ(parse_event_type(print(type)), type);
  EXPECT_FALSE(parse_event_type("task.started"));
  EXPECT_EQ(print_event_types(), "task.completed, task.failed, task.cancelled");
  EventSet set;
  EXPECT_TRUE(set.empty());
  set.add(EventType::task_failed);
  EXPECT_TRUE(set.contains(EventType::task_failed));
  EXPECT_FALSE(set.contains(EventType::task_completed));
  EXPECT_EQ(EventSet::from_bits(set.bits()), set);
  EXPECT_EQ(EventSet::from_bits(0xff), EventSet::all());
}

TEST(WebhookMessage, HoldsTheAnswerOfAPoll) {
  const Message message = make_message(EventType::task_completed, kNow, R"({"id":"task_1"})");
  EXPECT_EQ(message.body, R"({"type":"task.completed","timestamp":"2024-12-24T00:26:40.123Z","data":{"id":"task_1"}})");
  EXPECT_TRUE(json::parse_object(message.body));
}

TEST(WebhookMessage, HasAnIdWithoutADot) {
  TaskId task;
  task.bytes[15] = 0xab;
  EXPECT_EQ(print_message_id(task), "msg_000000000000000000000000000000ab");
  EXPECT_EQ(parse_message_id(print_message_id(task)), task);
  EXPECT_FALSE(parse_message_id("task_000000000000000000000000000000ab"));
  EXPECT_FALSE(parse_message_id("msg_00"));
}

// The example of the Standard Webhooks specification.
TEST(WebhookSignature, IsThatOfTheStandard) {
  const Endpoint endpoint = make_endpoint();
  EXPECT_EQ(sign(endpoint.secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, SecretsAreDrawnAndOfTheStandardsForm) {
  SeededRandom random(3);
  const Secret first = make_secret(random);
  const Secret second = make_secret(random);
  EXPECT_NE(first, second);
  EXPECT_THAT(std::string(first.reveal()), ::testing::MatchesRegex("whsec_[A-Za-z0-9+/]+="));
  EXPECT_THAT(first.reveal(), SizeIs(6 + 44));
  EXPECT_EQ(fmt::format("{}", first), "***");
}

TEST(WebhookSignature, AFormerSecretSignsTooUntilItsTime) {
  Endpoint endpoint = make_endpoint();
  SeededRandom random(3);
  const std::string before = sign_all(endpoint, "msg_1", kNow, "{}");
  Change rotate{endpoint.account, endpoint.id};
  rotate.secret = make_secret(random);
  rotate.at = kNow;
  apply(endpoint, rotate);
  const std::string both = sign_all(endpoint, "msg_1", kNow, "{}");
  EXPECT_EQ(both, sign(endpoint.secret, "msg_1", to_unix_seconds(kNow), "{}") + " " + before);
  const WallTime later = kNow + kSecretOverlap;
  EXPECT_EQ(sign_all(endpoint, "msg_1", later, "{}"), sign(endpoint.secret, "msg_1", to_unix_seconds(later), "{}"));

  rotate.overlap = seconds(0);
  rotate.secret = make_secret(random);
  apply(endpoint, rotate);
  EXPECT_TRUE(endpoint.former_secret.empty());
  EXPECT_FALSE(endpoint.former_until);
}

Delivery make_pending() { return make_delivery(make_endpoint(), TaskId{}, "", Message{}, kNow, 0); }

TEST(WebhookPlan, IsThePublishedOneWithALittleJitter) {
  Delivery delivery = make_pending();
  EXPECT_EQ(delivery.due_at, kNow);
  std::vector<milliseconds> waits;
  WallTime now = kNow;
  while (delivery.state == DeliveryState::pending) {
    const Verdict verdict = judge(delivery, {500, {}, {}}, now, 0);
    const Verdict latest = judge(delivery, {500, {}, {}}, now, 0.999999);
    add_attempt(delivery, {now, 10, 500, {}}, verdict);
    if (!verdict.due_at) break;
    const milliseconds wait = *verdict.due_at - now;
    EXPECT_LT(*latest.due_at - now, wait + wait / 10 + milliseconds(1));
    waits.push_back(wait);
    now = *verdict.due_at;
  }
  EXPECT_EQ(delivery.state, DeliveryState::exhausted);
  EXPECT_FALSE(delivery.due_at);
  EXPECT_THAT(waits, ElementsAre(seconds(5), minutes(5), minutes(30), hours(2), hours(5), hours(10), hours(14),
                                 hours(20), hours(24)));
  EXPECT_EQ(delivery.attempt_count, 10U);
}

TEST(WebhookPlan, EachAnswerHasItsVerdict) {
  struct Row {
    Answer answer;
    DeliveryState state;
    seconds wait{0};
  };
  const Delivery delivery = make_pending();
  for (const Row& row :
       {Row{{200, {}, {}}, DeliveryState::delivered}, Row{{204, {}, {}}, DeliveryState::delivered},
        Row{{299, {}, {}}, DeliveryState::delivered}, Row{{199, {}, {}}, DeliveryState::pending, seconds(5)},
        Row{{301, {}, {}}, DeliveryState::pending, seconds(5)}, Row{{400, {}, {}}, DeliveryState::pending, seconds(5)},
        Row{{410, {}, {}}, DeliveryState::dropped}, Row{{503, seconds(60), {}}, DeliveryState::pending, seconds(60)},
        Row{{429, seconds(1), {}}, DeliveryState::pending, seconds(5)},
        Row{{429, days(30), {}}, DeliveryState::pending, kLongestRetryAfter},
        Row{{0, {}, "the host was not found"}, DeliveryState::pending, seconds(5)}}) {
    const Verdict verdict = judge(delivery, row.answer, kNow, 0);
    EXPECT_EQ(verdict.state, row.state) << row.answer.status;
    EXPECT_EQ(verdict.due_at.has_value(), row.state == DeliveryState::pending);
    if (verdict.due_at) {
      EXPECT_EQ(*verdict.due_at - kNow, row.wait) << row.answer.status;
    }
  }
}

TEST(WebhookDelivery, SendingAgainBeginsThePlanAnewAndKeepsTheLog) {
  Delivery delivery = make_pending();
  for (int i = 0; i < 25; ++i) add_attempt(delivery, {kNow, i, 500, {}}, {DeliveryState::exhausted, {}});
  send_again(delivery, kNow + hours(1));
  EXPECT_EQ(delivery.state, DeliveryState::pending);
  EXPECT_EQ(delivery.due_at, kNow + hours(1));
  EXPECT_EQ(delivery.tries, 0U);
  EXPECT_EQ(delivery.attempt_count, 25U);
  EXPECT_THAT(delivery.attempts, SizeIs(kAttemptsKept));
  EXPECT_EQ(delivery.attempts.front().took_ms, 5);
  drop(delivery);
  EXPECT_EQ(delivery.state, DeliveryState::dropped);
  EXPECT_FALSE(delivery.due_at);
}

TEST(WebhookDelivery, AFullLaneDropsWhatComesAndSoDoFullCallbacks) {
  struct Row {
    std::uint32_t pending_in_lane, pending;
    DeliveryState state;
  };
  for (const Row& row : {Row{kMostPending - 1, kMostPending - 1, DeliveryState::pending},
                         Row{kMostPending, kMostPending, DeliveryState::dropped},
                         Row{0, kMostCallbacksPending - 1, DeliveryState::pending},
                         Row{0, kMostCallbacksPending, DeliveryState::dropped}}) {
    Endpoint endpoint = make_endpoint();
    endpoint.pending = row.pending;
    const Delivery delivery = make_delivery(endpoint, TaskId{}, "", Message{}, kNow, row.pending_in_lane);
    EXPECT_EQ(delivery.state, row.state) << row.pending_in_lane << " of " << row.pending;
    EXPECT_EQ(delivery.due_at.has_value(), row.state == DeliveryState::pending);
  }
}

TEST(WebhookDelivery, CallbacksToOneOriginShareALane) {
  const std::int64_t lane = lane_of_callback("https://app.example.org/done");
  EXPECT_EQ(lane, 6832502293838828860) << "it is stored: another value parts a lane in two";
  for (const char* same : {"https://app.example.org", "https://app.example.org/other?x=http://a.example.org:8/",
                           "https://app.example.org?x", "HTTPS://App.Example.ORG:443/done"}) {
    EXPECT_EQ(lane_of_callback(same), lane) << same;
  }
  std::set<std::int64_t> others = {0, lane};
  for (const char* other :
       {"http://app.example.org/done", "https://example.org/done", "https://app.example.org:80/done",
        "http://127.0.0.1:9000/", "http://127.0.0.1:9001/", "http://[::1]:9000/", "http://[::80]/"}) {
    EXPECT_TRUE(others.insert(lane_of_callback(other)).second) << other;
  }
  EXPECT_EQ(make_pending().lane, 0);
  EXPECT_EQ(make_delivery(make_endpoint(), TaskId{}, "https://app.example.org/", Message{}, kNow, 0).lane, lane);
}

TEST(WebhookDelivery, AttemptsAreStoredAsText) {
  const std::vector<Attempt> attempts = {{kNow, 12, 200, "", "{\"ok\":true}\n"},
                                         {kNow + seconds(1), 15'000, 0, "no \"answer\"", ""}};
  const auto read = parse_attempts(print_attempts(attempts)).value();
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_EQ(read[1].at, attempts[1].at);
  EXPECT_EQ(read[1].took_ms, 15'000);
  EXPECT_EQ(read[1].problem, attempts[1].problem);
  EXPECT_EQ(read[0].status, 200);
  EXPECT_EQ(print_attempts({}), "[]");
  for (const char* text : {"", "{}", "[1]"}) EXPECT_EQ(parse_attempts(text).error().code, Code::store_failed) << text;
}

TEST(WebhookEndpoint, AnswersTellHowItIs) {
  Endpoint endpoint = make_endpoint();
  note_answer(endpoint, 0, kNow);
  note_answer(endpoint, 500, kNow + hours(1));
  EXPECT_EQ(endpoint.failing_since, kNow);
  note_answer(endpoint, 204, kNow + hours(2));
  EXPECT_FALSE(endpoint.failing_since);

  note_answer(endpoint, 302, kNow);
  note_answer(endpoint, 500, kNow + kFailsAtMost - seconds(1));
  EXPECT_FALSE(endpoint.disabled_at);
  note_answer(endpoint, 500, kNow + kFailsAtMost);
  EXPECT_EQ(endpoint.disabled_at, kNow + kFailsAtMost);
  EXPECT_EQ(endpoint.disabled_by, DisabledBy::failing);

  Endpoint gone = make_endpoint();
  note_answer(gone, 410, kNow);
  EXPECT_EQ(gone.disabled_by, DisabledBy::gone);

  Endpoint shared = make_endpoint("");
  note_answer(shared, 410, kNow);
  EXPECT_FALSE(shared.disabled_at);
  EXPECT_FALSE(shared.failing_since);
}

TEST(WebhookEndpoint, IsChangedByItsOwner) {
  Endpoint endpoint = make_endpoint();
  Change change{endpoint.account, endpoint.id};
  change.at = kNow;
  change.enabled = false;
  apply(endpoint, change);
  EXPECT_EQ(endpoint.disabled_by, DisabledBy::owner);
  EXPECT_EQ(endpoint.disabled_at, kNow);
  endpoint.failing_since = kNow;
  change.enabled = true;
  apply(endpoint, change);
  EXPECT_FALSE(endpoint.disabled_at);
  EXPECT_FALSE(endpoint.failing_since);
  endpoint.failing_since = kNow;
  Change move{endpoint.account, endpoint.id};
  move.url = "https://example.org/new";
  EventSet only;
  only.add(EventType::task_failed);
  move.events = only;
  apply(endpoint, move);
  EXPECT_EQ(endpoint.url, "https://example.org/new");
  EXPECT_EQ(endpoint.events, only);
  EXPECT_FALSE(endpoint.failing_since);
}

}  // namespace
}  // namespace darkroom::webhook
