#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/api_world.h"

namespace darkroom::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kImages = "/api/v1/images/generations";
constexpr const char* kVideos = "/api/v1/videos/generations";
constexpr std::int64_t kPrice = 14'375'000;  // of one picture

struct Scenario {
  const char* name;
  const char* target = kImages;
  const char* key = "live";
  std::string body;
  int status = 200;
  int code = 0;
  const char* contains = "";
  std::int64_t held = 0;  // what the request holds of the account "studio", in micro-credits
  std::vector<http::Header> headers = {};
};

std::string flash(const std::string& members) {
  return R"({"model":"gemini-2.5-flash-image-preview","prompt":"a heron")" + members + "}";
}

const std::vector<Scenario> kScenarios = {
    {.name = "minimal", .body = flash(""), .contains = R"("status":"processing")", .held = kPrice},
    {.name = "four", .body = flash(R"(,"n":4)"), .held = 4 * kPrice},
    {.name = "any content type",
     .body = flash(""),
     .held = kPrice,
     .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}},
    {.name = "scheme in any case", .key = "bEARER rk", .body = flash(""), .status = 401, .code = 10003},
    {.name = "official",
     .body = R"({"model":"gemini-2.5-flash-image-preview-official","prompt":"a heron"})",
     .held = 35'880'000},
    {.name = "public reference", .body = flash(R"(,"image_urls":["https://cdn.example.org/a.png"])"), .held = kPrice},

    {.name = "no key", .key = "", .body = flash(""), .status = 401, .code = 10001},
    {.name = "basic", .key = "Basic cms6cms=", .body = flash(""), .status = 401, .code = 10002},
    {.name = "bearer alone", .key = "Bearer", .body = flash(""), .status = 401, .code = 10002},
    {.name = "bearer and nothing", .key = "Bearer ", .body = flash(""), .status = 401, .code = 10002},
    {.name = "two tokens", .key = "Bearer rk_live_a rk_live_b", .body = flash(""), .status = 401, .code = 10002},
    {.name = "tab", .key = "Bearer\trk_live_a", .body = flash(""), .status = 401, .code = 10002},
    {.name = "unknown key",
     .key = "Bearer rk_live_xxx",
     .body = flash(""),
     .status = 401,
     .code = 10003,
     .contains = "API key invalid"},
    {.name = "revoked key", .key = "revoked", .body = flash(""), .status = 401, .code = 10004},
    {.name = "expired key", .key = "expired", .body = flash(""), .status = 401, .code = 10004},
    {.name = "two Authorization fields",
     .body = flash(""),
     .status = 400,
     .code = 10002,
     .headers = {{"authorization", "Bearer rk_live_xxx"}}},
    {.name = "key before body", .key = "Bearer rk_live_xxx", .body = "{", .status = 401, .code = 10003},

    {.name = "empty body", .body = "", .status = 400, .code = 20001},
    {.name = "no JSON", .body = "model=x", .status = 400, .code = 20001},
    {.name = "array", .body = "[]", .status = 400, .code = 20001},
    {.name = "trailing bytes", .body = flash("") + "x", .status = 400, .code = 20001},
    {.name = "member twice", .body = flash(R"(,"n":1,"n":2)"), .status = 400, .code = 20001},
    {.name = "compressed", .body = flash(""), .status = 415, .code = 20007, .headers = {{"Content-Encoding", "gzip"}}},

    {.name = "no model", .body = R"({"prompt":"a heron"})", .status = 400, .code = 20002, .contains = "model"},
    {.name = "model is no string", .body = R"({"model":7,"prompt":"a heron"})", .status = 400, .code = 20003},
    {.name = "unknown model", .body = R"({"model":"dall-e-3","prompt":"a heron"})", .status = 400, .code = 20004},
    {.name = "model on the wrong endpoint", .target = kVideos, .body = flash(""), .status = 400, .code = 20004},
    {.name = "model not for this key", .key = "picky", .body = flash(""), .status = 403, .code = 10006},
    {.name = "model before parameters", .body = R"({"model":"dall-e-3"})", .status = 400, .code = 20004},

    {.name = "no prompt",
     .body = R"({"model":"gemini-2.5-flash-image-preview"})",
     .status = 400,
     .code = 20002,
     .contains = "prompt"},
    {.name = "no prompt with references",
     .body = R"({"model":"gemini-2.5-flash-image-preview","image_urls":["https://cdn.example.org/a.png"]})",
     .status = 400,
     .code = 20002},
    {.name = "ratio outside the list", .body = flash(R"(,"size":"1:3")"), .status = 400, .code = 20003},
    {.name = "resolution",
     .body = flash(R"(,"resolution":"4K")"),
     .status = 400,
     .code = 20003,
     .contains = "gemini-2.5-flash-image-preview: only resolution=1K is supported"},
    {.name = "n as a string", .body = flash(R"(,"n":"2")"), .status = 400, .code = 20003},
    {.name = "n too large", .body = flash(R"(,"n":5)"), .status = 400, .code = 20003},
    {.name = "data URL",
     .body = flash(R"(,"image_urls":["data:image/png;base64,AAAA"])"),
     .status = 400,
     .code = 20003,
     .contains = "image_urls[0] must be a public http(s) URL"},
    {.name = "loopback",
     .body = flash(R"(,"image_urls":["https://cdn.example.org/a.png","http://127.0.0.1/"])"),
     .status = 400,
     .code = 20003,
     .contains = R"("param":"image_urls")"},
    {.name = "metadata address",
     .body = flash(R"(,"image_urls":["http://0xa9fea9fe/latest"])"),
     .status = 400,
     .code = 20003},

    {.name = "no credits",
     .key = "poor",
     .body = flash(""),
     .status = 402,
     .code = 30001,
     .contains = R"("message":"Insufficient credits")"},
    {.name = "parameters before credits", .key = "poor", .body = flash(R"(,"n":9)"), .status = 400, .code = 20003},
};

// Whatever a customer sees says nothing of vendors, stand-ins or our own names for them.
void expect_no_inside_words(const http::Response& response) {
  std::string text = body_text(response);
  text += "\n";
  text += response.headers.text();
  for (const char* id : {"gemini-2.5-flash-image-preview-official", "gemini-2.5-flash-image-preview"}) {
    for (std::size_t at = text.find(id); at != std::string::npos; at = text.find(id)) text.erase(at, std::strlen(id));
  }
  for (const char* word :
       {"gemini", "google", "sandbox", "upstream", "wire", "vendor", "project 4711", "acct_", "key_"}) {
    EXPECT_THAT(text, Not(HasSubstr(word)));
  }
}

class SubmitScenarios : public testing::TestWithParam<Scenario> {};

TEST_P(SubmitScenarios, AnswersAndHolds) {
  const Scenario& scenario = GetParam();
  ApiWorld world;
  const ledger::Balance before = world.balance("studio", ledger::Book::live);
  const http::Response response = world.call({"POST", scenario.target, scenario.key, scenario.body, scenario.headers});
  const ledger::Balance after = world.balance("studio", ledger::Book::live);

  EXPECT_EQ(response.status, scenario.status) << body_text(response);
  EXPECT_EQ(error_code(response), scenario.code) << body_text(response);
  EXPECT_THAT(body_text(response), HasSubstr(scenario.contains));
  EXPECT_EQ(after.held.count() - before.held.count(), scenario.held);
  EXPECT_EQ(world.accepted.size(), scenario.status == 200 ? 1U : 0U);
  EXPECT_EQ(response.status == 401, !header_of(response, "WWW-Authenticate").empty());
  if (scenario.status != 200) {
    EXPECT_THAT(body_text(response), HasSubstr(R"("request_id":"req_00000000-0000-4000-8000-000000000000")"));
  }
  expect_no_inside_words(response);
}

std::string scenario_name(const testing::TestParamInfo<Scenario>& info) {
  std::string name;
  for (const char* c = info.param.name; *c != '\0'; ++c) name += std::isalnum(*c) != 0 ? *c : '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(All, SubmitScenarios, testing::ValuesIn(kScenarios), scenario_name);

TEST(Submit, AnswersExactlyTheFourMembersOfTheContract) {
  ApiWorld world;
  const http::Response response = world.call({"POST", kImages, "live", flash("")});
  const std::string id = world.accepted.at(0).id.text();
  const std::int64_t now = to_unix_seconds(world.clock.wall_now());
  EXPECT_EQ(body_text(response),
            R"({"id":")" + id + R"(","model":"gemini-2.5-flash-image-preview","status":"processing","created_at":)" +
                std::to_string(now) + "}");
  EXPECT_EQ(response.content_type, "application/json");
}

TEST(Submit, NamesIgnoredFieldsInAHeaderAndNothingThatCouldBreakOne) {
  ApiWorld world;
  const http::Response response =
      world.call({"POST", kImages, "live", flash(R"(,"colour":"red","bad\r\nSet-Cookie: a=b":1)")});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "Darkroom-Warnings"), "ignored: colour, bad??Set-Cookie:?a=b");
  EXPECT_EQ(header_of(world.call({"POST", kImages, "live", flash("")}), "Darkroom-Warnings"), "");
}

TEST(Submit, SpendsFromTheBookOfTheKey) {
  ApiWorld world;
  EXPECT_EQ(world.call({"POST", kImages, "test", flash("")}).status, 200);
  EXPECT_EQ(world.balance("studio", ledger::Book::live).held.count(), 0);
  EXPECT_EQ(world.balance("studio", ledger::Book::test).held.count(), kPrice);
}

TEST(Submit, StopsAtTheAccountsQueueLimitUntilATaskEnds) {
  ApiWorld world({.queued_tasks = 2});
  const std::string first = world.submit();
  world.submit("test");
  const http::Response full = world.call({"POST", kImages, "live", flash("")});
  EXPECT_EQ(full.status, 429);
  EXPECT_EQ(error_code(full), 50001);
  EXPECT_NE(header_of(full, "Retry-After"), "");
  EXPECT_EQ(world.call({"POST", kImages, "other", flash("")}).status, 200);
  world.finish(first);
  EXPECT_EQ(world.call({"POST", kImages, "live", flash("")}).status, 200);
}

TEST(Submit, GivesThePlaceInTheQueueBackWhenTheStoreRefuses) {
  ApiWorld world({.queued_tasks = 1});
  EXPECT_EQ(world.call({"POST", kImages, "poor", flash("")}).status, 402);
  EXPECT_EQ(world.call({"POST", kImages, "poor", flash("")}).status, 402);
}

TEST(Submit, IsLimitedByRatePerAccountAndSaysWhenToComeBack) {
  api::Limits limits;
  limits.submits = account::Rate::per_minute(60, 2);
  ApiWorld world({.limits = limits});
  const http::Response first = world.call({"POST", kImages, "live", flash("")});
  EXPECT_EQ(header_of(first, "RateLimit-Policy"), R"("submit";q=2;w=2)");
  EXPECT_EQ(header_of(first, "RateLimit"), R"("submit";r=1;t=1)");
  // Another key of the same account; and a request that fails counts too.
  EXPECT_EQ(world.call({"POST", kImages, "test", "{"}).status, 400);
  const http::Response refused = world.call({"POST", kImages, "live", "{"});
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(error_code(refused), 50001);
  EXPECT_EQ(header_of(refused, "Retry-After"), "1");
  EXPECT_EQ(header_of(refused, "RateLimit"), R"("submit";r=0;t=1)");
  EXPECT_EQ(world.call({"POST", kImages, "other", flash("")}).status, 200);
  // Polls are counted apart.
  EXPECT_EQ(world.call({"GET", "/api/v1/balance", "live"}).status, 200);
  world.advance(seconds(1));
  EXPECT_EQ(world.call({"POST", kImages, "live", flash("")}).status, 200);
}

TEST(Submit, LiveKeysNeverGoToTheSandboxOnceAnUpstreamIsConfigured) {
  ApiWorld world({.upstreams = {{"mine", "gemini", false}}});
  world.submit("live");
  world.submit("test");
  EXPECT_EQ(world.accepted.at(0).upstream, "mine");
  EXPECT_EQ(world.accepted.at(1).upstream, "sandbox");

  ApiWorld without({.upstreams = {{"elsewhere", "openai", false}}});
  const http::Response response = without.call({"POST", kImages, "live", flash("")});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(error_code(response), 20004);
}

TEST(Errors, EveryFailureOfARouteHasTheEnvelope) {
  ApiWorld world;
  struct Row {
    const char* method;
    const char* target;
    int status;
    int code;
  };
  for (const Row& row : {Row{"GET", "/nowhere", 404, 40002}, Row{"GET", kImages, 405, 40004},
                         Row{"DELETE", "/api/v1/balance", 405, 40004}, Row{"GET", "/api/v1/models/none", 404, 20004},
                         Row{"GET", "/media/tasks/none/0.png", 404, 40002}, Row{"GET", "/admin/keys", 404, 40002}}) {
    const http::Response response = world.call({row.method, row.target});
    EXPECT_EQ(response.status, row.status) << row.target;
    EXPECT_EQ(error_code(response), row.code) << row.target;
    EXPECT_THAT(body_text(response), HasSubstr("req_00000000"));
  }
}

}  // namespace
}  // namespace darkroom::test
