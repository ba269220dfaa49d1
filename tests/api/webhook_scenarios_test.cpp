#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/api_world.h"
#include "webhook/signature.h"

namespace darkroom::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr const char* kWebhooks = "/api/v1/webhooks";
constexpr const char* kUrl = R"({"url":"https://app.example.org/hooks"})";

json::object tree(const http::Response& response) { return json::parse_object(body_text(response)).value(); }

json::object make_webhook(ApiWorld& world, const std::string& body = kUrl) {
  const http::Response made = world.call({"POST", kWebhooks, "live", body});
  EXPECT_EQ(made.status, 200) << body_text(made);
  return tree(made);
}

std::string path_of(const json::object& webhook, const std::string& rest = "") {
  return std::string(kWebhooks) + "/" + json::get_string(webhook, "id") + rest;
}

TEST(Webhooks, ShowTheirSecretOnce) {
  ApiWorld world;
  const json::object made =
      make_webhook(world, R"({"url":"https://app.example.org/hooks","events":["task.failed"],"description":"x"})");
  EXPECT_THAT(json::get_string(made, "id"), MatchesRegex("wh_[0-9a-f]+"));
  EXPECT_EQ(json::get_string(made, "url"), "https://app.example.org/hooks");
  EXPECT_EQ(json::print(made.at("events")), R"(["task.failed"])");
  const std::string secret = json::get_string(made, "secret");
  EXPECT_THAT(secret, StartsWith("whsec_"));
  for (const std::string& target : {std::string(kWebhooks), path_of(made)}) {
    const http::Response shown = world.call({"GET", target, "live"});
    EXPECT_EQ(shown.status, 200);
    EXPECT_THAT(body_text(shown), HasSubstr(json::get_string(made, "id")));
    EXPECT_THAT(body_text(shown), Not(HasSubstr("secret\"")));
    EXPECT_THAT(body_text(shown), Not(HasSubstr(secret)));
  }
}

TEST(Webhooks, ListenToEverythingUnlessToldAndNameWhatNobodyKnows) {
  ApiWorld world;
  const http::Response made =
      world.call({"POST", kWebhooks, "live", R"({"url":"https://app.example.org/","colour":"red"})"});
  EXPECT_EQ(json::print(tree(made).at("events")), R"(["task.completed","task.failed","task.cancelled"])");
  EXPECT_EQ(header_of(made, "Darkroom-Warnings"), "ignored: colour");
  // Null is absent, and not unknown.
  const http::Response plain =
      world.call({"POST", kWebhooks, "live", R"({"url":"https://app.example.org/","events":null})"});
  EXPECT_EQ(header_of(plain, "Darkroom-Warnings"), "");
  const http::Response changed =
      world.call({"POST", path_of(tree(plain)), "live", R"({"url":null,"events":null,"enabled":null})"});
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(header_of(changed, "Darkroom-Warnings"), "");
}

struct Refusal {
  const char* name;
  const char* method;
  std::string target;
  const char* body = "";
  int status = 400;
  int code = 20003;
  const char* contains = "";
};

TEST(Webhooks, RefuseWithTheFieldNamed) {
  ApiWorld world;
  const json::object made = make_webhook(world);
  const std::string mine = path_of(made);
  const std::string unknown = std::string(kWebhooks) + "/wh_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e";
  const std::string message = "/deliveries/msg_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e/resend";
  const std::vector<Refusal> refusals = {
      {"no url", "POST", kWebhooks, "{}", 400, 20002, R"("param":"url")"},
      {"no body", "POST", kWebhooks, "", 400, 20002, R"("param":"url")"},
      {"no JSON", "POST", kWebhooks, "url=x", 400, 20001},
      {"url is a number", "POST", kWebhooks, R"({"url":7})", 400, 20003, R"("param":"url")"},
      {"plain http", "POST", kWebhooks, R"({"url":"http://app.example.org/"})", 400, 20003, "public https URL"},
      {"loopback", "POST", kWebhooks, R"({"url":"https://127.0.0.1/"})", 400, 20003, "public https URL"},
      {"metadata", "POST", kWebhooks, R"({"url":"https://169.254.169.254/"})"},
      {"another port", "POST", kWebhooks, R"({"url":"https://app.example.org:8443/"})"},
      {"a password", "POST", kWebhooks, R"({"url":"https://a:b@app.example.org/"})"},
      {"no event", "POST", kWebhooks, R"({"url":"https://app.example.org/","events":[]})", 400, 20003,
       "task.completed, task.failed, task.cancelled"},
      {"unknown event", "POST", kWebhooks, R"({"url":"https://app.example.org/","events":["task.started"]})", 400,
       20003, R"("param":"events")"},
      {"events no list", "POST", kWebhooks, R"({"url":"https://app.example.org/","events":"task.failed"})"},
      {"change to loopback", "POST", mine, R"({"url":"https://127.0.0.1/"})"},
      {"enabled a word", "POST", mine, R"({"enabled":"yes"})", 400, 20003, R"("param":"enabled")"},
      {"overlap too long", "POST", mine + "/rotate", R"({"overlap_seconds":604801})", 400, 20003, "overlap_seconds"},
      {"overlap below zero", "POST", mine + "/rotate", R"({"overlap_seconds":-1})"},
      {"overlap a word", "POST", mine + "/rotate", R"({"overlap_seconds":"1h"})"},
      {"limit zero", "GET", mine + "/deliveries?limit=0", "", 400, 20003, R"("param":"limit")"},
      {"limit above", "GET", mine + "/deliveries?limit=101", ""},
      {"cursor", "GET", mine + "/deliveries?cursor=x", "", 400, 20003, R"("param":"cursor")"},
      {"unknown", "GET", unknown, "", 404, 40007},
      {"unknown change", "POST", unknown, "{}", 404, 40007},
      {"unknown delete", "DELETE", unknown, "", 404, 40007},
      {"unknown rotate", "POST", unknown + "/rotate", "", 404, 40007},
      {"unknown deliveries", "GET", unknown + "/deliveries", "", 404, 40007},
      {"unknown delivery", "POST", mine + message, "", 404, 40007},
      {"no id", "GET", std::string(kWebhooks) + "/hook", "", 404, 40007},
      {"no message id", "POST", mine + "/deliveries/x/resend", "", 404, 40007},
      {"change default", "POST", std::string(kWebhooks) + "/default", kUrl, 409, 40005},
      {"delete default", "DELETE", std::string(kWebhooks) + "/default", "", 409, 40005},
      {"default before it is made", "GET", std::string(kWebhooks) + "/default", "", 404, 40007},
  };
  for (const Refusal& row : refusals) {
    const http::Response response = world.call({row.method, row.target, "live", row.body});
    EXPECT_EQ(response.status, row.status) << row.name << ": " << body_text(response);
    EXPECT_EQ(error_code(response), row.code) << row.name;
    EXPECT_THAT(body_text(response), HasSubstr(row.contains)) << row.name;
  }
}

TEST(Webhooks, BelongToTheirAccount) {
  ApiWorld world;
  const json::object made = make_webhook(world);
  for (const char* method : {"GET", "POST", "DELETE"}) {
    const http::Response foreign = world.call({method, path_of(made), "other", "{}"});
    EXPECT_EQ(foreign.status, 404) << method;
    EXPECT_EQ(body_text(foreign),
              body_text(world.call({method, std::string(kWebhooks) + "/wh_" + std::string(32, '0'), "other", "{}"})));
  }
  EXPECT_EQ(tree(world.call({"GET", kWebhooks, "other"})).at("data").as_array().size(), 0U);
  EXPECT_EQ(world.call({"GET", kWebhooks, ""}).status, 401);
  EXPECT_EQ(world.call({"GET", path_of(made), "test"}).status, 200) << "every key of the account sees it";
}

TEST(Webhooks, AreAtMostSixteen) {
  ApiWorld world;
  for (std::size_t i = 0; i < webhook::kMostEndpoints; ++i) make_webhook(world);
  const http::Response one_more = world.call({"POST", kWebhooks, "live", kUrl});
  EXPECT_EQ(one_more.status, 409);
  EXPECT_THAT(body_text(one_more), HasSubstr("at most 16"));
  EXPECT_EQ(world.call({"POST", "/api/v1/webhooks/default/rotate", "live"}).status, 200);
}

TEST(Webhooks, AreChangedAndRemoved) {
  ApiWorld world;
  const json::object made = make_webhook(world);
  const http::Response changed = world.call(
      {"POST", path_of(made), "live",
       R"({"url":"https://other.example.org/","events":["task.cancelled"],"enabled":false,"secret":"mine"})"});
  EXPECT_EQ(changed.status, 200) << body_text(changed);
  EXPECT_EQ(header_of(changed, "Darkroom-Warnings"), "ignored: secret");
  EXPECT_EQ(json::get_string(tree(changed), "url"), "https://other.example.org/");
  EXPECT_EQ(json::print(tree(changed).at("events")), R"(["task.cancelled"])");
  EXPECT_FALSE(json::get_bool(tree(changed), "enabled", true));
  EXPECT_EQ(json::get_string(tree(changed), "disabled_reason"), "owner");
  const json::object same = tree(world.call({"POST", path_of(made), "live", R"({"enabled":true,"url":null})"}));
  EXPECT_TRUE(json::get_bool(same, "enabled"));
  EXPECT_TRUE(same.at("disabled_at").is_null());
  EXPECT_EQ(json::get_string(same, "url"), "https://other.example.org/");

  const http::Response removed = world.call({"DELETE", path_of(made), "live"});
  EXPECT_EQ(body_text(removed), R"({"id":")" + json::get_string(made, "id") + R"(","deleted":true})");
  EXPECT_EQ(world.call({"DELETE", path_of(made), "live"}).status, 404);
}

TEST(Webhooks, RotateWithAnOverlap) {
  ApiWorld world;
  const json::object made = make_webhook(world);
  const json::object rotated = tree(world.call({"POST", path_of(made, "/rotate"), "live"}));
  EXPECT_NE(json::get_string(rotated, "secret"), json::get_string(made, "secret"));
  EXPECT_FALSE(rotated.at("former_secret_until").is_null());
  world.advance(webhook::kSecretOverlap);
  EXPECT_TRUE(tree(world.call({"GET", path_of(made), "live"})).at("former_secret_until").is_null());
  const json::object at_once = tree(world.call({"POST", path_of(made, "/rotate"), "live", R"({"overlap_seconds":0})"}));
  EXPECT_TRUE(at_once.at("former_secret_until").is_null());
}

TEST(DefaultWebhook, IsMadeByItsFirstRotation) {
  ApiWorld world;
  const json::object first = tree(world.call({"POST", "/api/v1/webhooks/default/rotate", "live"}));
  EXPECT_EQ(json::get_string(first, "id"), "default");
  EXPECT_TRUE(first.at("url").is_null());
  EXPECT_THAT(json::get_string(first, "secret"), StartsWith("whsec_"));
  EXPECT_TRUE(first.at("former_secret_until").is_null()) << "there was none before";
  EXPECT_EQ(tree(world.call({"GET", kWebhooks, "live"})).at("data").as_array().size(), 0U);
  const json::object second = tree(world.call({"POST", "/api/v1/webhooks/default/rotate", "test"}));
  EXPECT_NE(json::get_string(second, "secret"), json::get_string(first, "secret"));
  EXPECT_FALSE(second.at("former_secret_until").is_null());
  EXPECT_EQ(world.call({"GET", "/api/v1/webhooks/default", "live"}).status, 200);
}

json::array deliveries_of(ApiWorld& world, const std::string& id, const std::string& query = "") {
  const http::Response listed = world.call({"GET", "/api/v1/webhooks/" + id + "/deliveries" + query, "live"});
  EXPECT_EQ(listed.status, 200) << body_text(listed);
  return tree(listed).at("data").as_array();
}

TEST(Callback, IsPartOfTheTaskAndDeliveredThroughTheDefault) {
  ApiWorld world;
  const http::Response submitted = world.call(
      {"POST", "/api/v1/images/generations", "live",
       R"({"model":"gemini-2.5-flash-image-preview","prompt":"a heron","callback_url":"https://app.example.org/cb"})"});
  EXPECT_EQ(submitted.status, 200) << body_text(submitted);
  EXPECT_EQ(header_of(submitted, "Darkroom-Warnings"), "");
  const std::string id = json::get_string(tree(submitted), "id");
  EXPECT_THAT(deliveries_of(world, "default"), IsEmpty());
  world.finish(id);
  const json::array delivered = deliveries_of(world, "default");
  ASSERT_THAT(delivered, SizeIs(1));
  const json::object& delivery = delivered.at(0).as_object();
  EXPECT_EQ(json::get_string(delivery, "id"), "msg_" + id.substr(5));
  EXPECT_EQ(json::get_string(delivery, "task"), id);
  EXPECT_EQ(json::get_string(delivery, "type"), "task.completed");
  EXPECT_EQ(json::get_string(delivery, "url"), "https://app.example.org/cb");
  EXPECT_EQ(json::get_string(delivery, "status"), "pending");
  EXPECT_FALSE(delivery.at("next_attempt_at").is_null());
  EXPECT_THAT(delivery.at("attempts").as_array(), IsEmpty());
}

TEST(Callback, SaysWhatAPollSays) {
  ApiWorld world;
  make_webhook(world);
  const std::string completed = world.submit();
  const std::string failed = world.submit();
  const std::string cancelled = world.submit();
  world.finish(completed);
  world.finish(failed, Code::content_policy);
  world.cancel(cancelled);
  const auto page = world.ask<store::DuePage>(
      [&](auto done) { world.store->list_due_deliveries({world.clock.wall_now()}, std::move(done)); });
  ASSERT_THAT(page->deliveries, SizeIs(3));
  std::map<std::string, webhook::Message> messages;
  for (const store::DueDelivery& due : page->deliveries) messages[due.delivery.task.text()] = due.delivery.message;
  const std::map<std::string, std::string> types = {
      {completed, "task.completed"}, {failed, "task.failed"}, {cancelled, "task.cancelled"}};
  for (const auto& [id, type] : types) {
    const json::object body = json::parse_object(messages.at(id).body).value();
    EXPECT_EQ(json::get_string(body, "type"), type);
    EXPECT_THAT(json::get_string(body, "timestamp"), MatchesRegex("2024-12-2.T..:..:..\\....Z"));
    EXPECT_EQ(json::print(body.at("data")), body_text(world.call({"GET", "/api/v1/tasks/" + id, "live"})));
  }
}

TEST(Callback, EventsAreChosen) {
  ApiWorld world;
  const std::string wanted = R"(,"callback_url":"https://app.example.org/cb","callback_events":["task.failed"])";
  const std::string good = world.submit("live", wanted);
  const std::string bad = world.submit("live", wanted);
  world.finish(good);
  world.finish(bad, Code::provider_failed);
  const json::array delivered = deliveries_of(world, "default");
  ASSERT_THAT(delivered, SizeIs(1));
  EXPECT_EQ(json::get_string(delivered.at(0).as_object(), "task"), bad);
}

TEST(Callback, RefusedUrlsAndEventsAreNamedAndNothingIsHeld) {
  ApiWorld world;
  struct Row {
    const char* members;
    const char* param;
  };
  for (const Row& row :
       {Row{R"("callback_url":"http://app.example.org/")", "callback_url"},
        Row{R"("callback_url":"https://10.0.0.1/")", "callback_url"}, Row{R"("callback_url":"app")", "callback_url"},
        Row{R"("callback_url":7)", "callback_url"}, Row{R"("callback_url":"")", "callback_url"},
        Row{R"("callback_events":["task.failed"])", "callback_events"},
        Row{R"("callback_url":"https://app.example.org/","callback_events":[])", "callback_events"},
        Row{R"("callback_url":"https://app.example.org/","callback_events":"task.failed")", "callback_events"},
        Row{R"("callback_url":"https://app.example.org/","callback_events":[7])", "callback_events"}}) {
    const http::Response response = world.call(
        {"POST", "/api/v1/images/generations", "live",
         R"({"model":"gemini-2.5-flash-image-preview","prompt":"a heron",)" + std::string(row.members) + "}"});
    EXPECT_EQ(response.status, 400) << row.members;
    EXPECT_EQ(error_code(response), 20003) << row.members;
    EXPECT_THAT(body_text(response), HasSubstr(std::string(R"("param":")") + row.param + '"')) << row.members;
  }
  EXPECT_EQ(world.balance("studio", ledger::Book::live).held.count(), 0);
  EXPECT_THAT(world.submit("live", R"(,"callback_url":null,"callback_events":null)"), StartsWith("task_"));
}

TEST(Deliveries, ComeInPagesAndAreSentAgain) {
  ApiWorld world;
  const json::object made = make_webhook(world);
  const std::string id = json::get_string(made, "id");
  std::vector<std::string> tasks;
  for (int i = 0; i < 5; ++i) {
    world.advance(seconds(1));
    tasks.push_back(world.submit());
    world.finish(tasks.back());
  }
  const http::Response first = world.call({"GET", path_of(made, "/deliveries?limit=2"), "live"});
  EXPECT_EQ(json::get_string(tree(first).at("data").at(0).as_object(), "task"), tasks[4]);
  const std::string cursor = json::get_string(tree(first), "next_cursor");
  EXPECT_EQ(cursor, "msg_" + tasks[3].substr(5));
  const json::array rest = deliveries_of(world, id, "?limit=&cursor=" + cursor);
  ASSERT_THAT(rest, SizeIs(3));
  EXPECT_EQ(json::get_string(rest.at(2).as_object(), "task"), tasks[0]);
  EXPECT_TRUE(tree(world.call({"GET", path_of(made, "/deliveries"), "live"})).at("next_cursor").is_null());

  const auto page = world.ask<store::DuePage>(
      [&](auto done) { world.store->list_due_deliveries({world.clock.wall_now()}, std::move(done)); });
  const webhook::Delivery& due = page->deliveries.at(0).delivery;
  store::AttemptRecord tried{
      due.webhook, due.task, 0, {world.clock.wall_now(), 15'000, 0, "the host was not found"}, {}};
  tried.verdict.state = webhook::DeliveryState::exhausted;
  ASSERT_TRUE(world.ask<webhook::Endpoint>([&](auto done) { world.store->record_attempt(tried, std::move(done)); }));
  const json::object exhausted = deliveries_of(world, id).at(4).as_object();
  EXPECT_EQ(json::get_string(exhausted, "status"), "exhausted");
  const json::object attempt = exhausted.at("attempts").at(0).as_object();
  EXPECT_TRUE(attempt.at("status").is_null());
  EXPECT_EQ(json::get_string(attempt, "error"), "the host was not found");
  EXPECT_EQ(json::get_int(attempt, "ms"), 15'000);

  int woken = 0;
  world.webhooks.on_due = [&] { ++woken; };
  const std::string resend = path_of(made, "/deliveries/" + json::get_string(exhausted, "id") + "/resend");
  const http::Response again = world.call({"POST", resend, "live"});
  EXPECT_EQ(again.status, 200) << body_text(again);
  EXPECT_EQ(json::get_string(tree(again), "status"), "pending");
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(world.call({"POST", resend, "other"}).status, 404);
  world.call({"POST", path_of(made), "live", R"({"enabled":false})"});
  EXPECT_EQ(world.call({"POST", resend, "live"}).status, 409);
}

}  // namespace
}  // namespace darkroom::test
