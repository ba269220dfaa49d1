// What a key may do of its own, and what its owner may see of it: limits, GET /api/v1/key and GET /api/v1/usage.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "ledger/usage.h"
#include "tests/api/api_world.h"

namespace darkroom::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kImages = "/api/v1/images/generations";
constexpr const char* kModel = "gemini-2.5-flash-image-preview";
constexpr const char* kSubmit = R"({"model":"gemini-2.5-flash-image-preview","prompt":"a heron"})";

json::object tree(const http::Response& response) { return json::parse_object(body_text(response)).value(); }

// A key of the account studio with these limits.
usecase::CreatedKey make_key(ApiWorld& world, const std::string& name, account::KeyLimits limits) {
  usecase::NewKey wanted;
  wanted.account = "studio";
  wanted.limits = std::move(limits);
  return world.make_key(name, std::move(wanted));
}

http::Response balance_of(ApiWorld& world, const std::string& key, const std::string& peer = "") {
  return world.call({"GET", "/api/v1/balance", key, "", {}, peer});
}
http::Response submit(ApiWorld& world, const std::string& key, const std::string& name = "") {
  std::vector<http::Header> headers;
  if (!name.empty()) headers.push_back({"Idempotency-Key", name});
  return world.call({"POST", kImages, key, kSubmit, std::move(headers)});
}
// What one picture costs.
std::int64_t price_of(ApiWorld& world) {
  const http::Response quoted = world.call(
      {"POST", kImages, "live", R"({"model":"gemini-2.5-flash-image-preview","prompt":"a","dry_run":true})"});
  return json::get_int(tree(quoted).at("quote").as_object(), "microcredits");
}

TEST(KeyRate, CountsEveryRequestOfTheKeyAndTellsTheTighterLimit) {
  ApiWorld world;
  account::KeyLimits limits;
  limits.requests_per_minute = 2;
  make_key(world, "slow", limits);
  const http::Response first = balance_of(world, "slow");
  EXPECT_EQ(header_of(first, "RateLimit-Policy"), R"("key";q=2;w=60)");
  EXPECT_EQ(header_of(first, "RateLimit"), R"("key";r=1;t=30)");
  EXPECT_EQ(submit(world, "slow").status, 200);
  const http::Response refused = submit(world, "slow");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(error_code(refused), 50001);
  EXPECT_EQ(header_of(refused, "Retry-After"), "30");
  EXPECT_EQ(header_of(refused, "RateLimit"), R"("key";r=0;t=30)");
  EXPECT_EQ(balance_of(world, "slow").status, 429);
  // What the key's limit refused has not counted for the account: this is its second submit.
  EXPECT_EQ(header_of(submit(world, "live"), "RateLimit"), R"("submit";r=98;t=1)");
  world.advance(seconds(30));
  EXPECT_EQ(balance_of(world, "slow").status, 200);
  EXPECT_EQ(balance_of(world, "slow").status, 429);
}

TEST(KeyRate, WhatTheAccountRefusesDoesNotCountForTheKey) {
  api::Limits limits;
  limits.submits = account::Rate::per_minute(1, 1);
  ApiWorld world({.limits = limits});
  account::KeyLimits of_key;
  of_key.requests_per_minute = 3;
  make_key(world, "slow", of_key);
  const http::Response first = submit(world, "slow");
  EXPECT_EQ(header_of(first, "RateLimit"), R"("submit";r=0;t=60)");
  for (int i = 0; i < 5; ++i) {
    const http::Response refused = submit(world, "slow");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(header_of(refused, "RateLimit-Policy"), R"("submit";q=1;w=60)");
    EXPECT_EQ(header_of(refused, "Retry-After"), "60");
  }
  EXPECT_EQ(header_of(balance_of(world, "slow"), "RateLimit"), R"("key";r=1;t=40)");
  EXPECT_EQ(balance_of(world, "slow").status, 200);
  // Now both refuse: the account's wait is the longer one.
  EXPECT_EQ(header_of(submit(world, "slow"), "Retry-After"), "60");
  EXPECT_EQ(header_of(balance_of(world, "slow"), "Retry-After"), "20");
}

TEST(KeyAddresses, OpenNothingElse) {
  ApiWorld world;
  account::KeyLimits limits;
  limits.allow_from = {"203.0.113.0/24", "2001:db8::/32"};
  make_key(world, "home", limits);
  struct Row {
    const char* peer;
    int status;
  };
  for (const Row& row :
       {Row{"203.0.113.7", 200}, Row{"::ffff:203.0.113.7", 200}, Row{"2001:db8::1", 200}, Row{"203.0.114.7", 403},
        Row{"2001:db9::1", 403}, Row{"127.0.0.1", 403}, Row{"local", 403}, Row{"", 403}}) {
    EXPECT_EQ(balance_of(world, "home", row.peer).status, row.status) << row.peer;
  }
  const http::Response refused = world.call({"POST", kImages, "home", kSubmit, {{"X-Forwarded-For", "203.0.113.7"}}});
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(error_code(refused), 10007);
  EXPECT_THAT(body_text(refused), HasSubstr("may not be used from this address"));
  EXPECT_THAT(world.accepted, IsEmpty());
  EXPECT_EQ(balance_of(world, "live", "127.0.0.1").status, 200);
}

TEST(KeyMonth, IsNeverOverspentAndGivesBackWhatIsReleased) {
  ApiWorld world;
  const std::int64_t price = price_of(world);
  account::KeyLimits limits;
  limits.monthly_credits = MicroCredits::from_count(2 * price + 1);
  make_key(world, "capped", limits);
  const std::string first = world.submit("capped");
  EXPECT_EQ(submit(world, "capped", "again").status, 200);
  const ledger::Balance before = world.balance("studio", ledger::Book::live);
  const http::Response refused = submit(world, "capped");
  EXPECT_EQ(refused.status, 402);
  EXPECT_EQ(error_code(refused), 30002);
  EXPECT_THAT(body_text(refused), HasSubstr(limits.monthly_credits->text() + " credits a month"));
  EXPECT_THAT(body_text(refused), HasSubstr("The month turns at "));
  EXPECT_EQ(world.balance("studio", ledger::Book::live), before);
  // A repeated submit is answered with its task, and the place in the queue was given back.
  EXPECT_EQ(header_of(submit(world, "capped", "again"), "Idempotent-Replayed"), "true");
  EXPECT_EQ(world.accounts.get(world.keys.authenticate("Bearer " + world.key_texts["live"], {}).value()->account)
                ->unfinished_tasks.load(),
            2);
  world.finish(first, Code::provider_failed);
  EXPECT_EQ(submit(world, "capped").status, 200);
  EXPECT_EQ(submit(world, "capped").status, 402);
  EXPECT_EQ(submit(world, "live").status, 200);
  world.advance(std::chrono::days(31));
  EXPECT_EQ(submit(world, "capped").status, 200);
}

TEST(KeyMonth, HoldsWhenSubmitsRace) {
  ApiWorld world;
  account::KeyLimits limits;
  limits.monthly_credits = MicroCredits::from_count(3 * price_of(world));
  make_key(world, "capped", limits);
  std::vector<std::unique_ptr<Pending>> pending;
  for (int i = 0; i < 20; ++i) pending.push_back(world.begin({"POST", kImages, "capped", kSubmit}));
  int accepted = 0;
  for (auto& each : pending) {
    const int status = world.finish(*each).status;
    EXPECT_TRUE(status == 200 || status == 402) << status;
    accepted += status == 200 ? 1 : 0;
  }
  EXPECT_EQ(accepted, 3);
}

TEST(KeyLimits, AreChangedAtOnceAndKeepWhatWasCounted) {
  ApiWorld world;
  const std::string id = make_key(world, "mine", {}).record.id.text();
  EXPECT_EQ(header_of(balance_of(world, "mine"), "RateLimit-Policy"), R"("poll";q=50;w=1)");
  const auto change = [&](const std::string& body) {
    return world.admin({"POST", "/admin/keys/" + id + "/limits", "", body});
  };
  const http::Response changed = change(
      R"({"requests_per_minute":1,"concurrent_tasks":2,"monthly_credits":"12.5","allow_from":["::1","10.0.0.0/8"]})");
  EXPECT_EQ(changed.status, 200) << body_text(changed);
  const std::string limits = R"("limits":{"requests_per_minute":1,"concurrent_tasks":2,)"
                             R"("monthly_microcredits":12500000,"allow_from":["::1/128","10.0.0.0/8"]})";
  EXPECT_THAT(body_text(changed), HasSubstr(limits));
  EXPECT_THAT(body_text(world.admin({"GET", "/admin/keys?account=studio"})), HasSubstr(limits));
  EXPECT_EQ(balance_of(world, "mine", "10.1.2.3").status, 200);
  EXPECT_EQ(balance_of(world, "mine", "10.1.2.3").status, 429);
  EXPECT_EQ(balance_of(world, "mine", "11.1.2.3").status, 403);
  const KeyId key = KeyId::parse(id).value();
  EXPECT_EQ(world.keys.concurrent_tasks_of(key), 2);
  // Another change does not hand out a new minute.
  EXPECT_EQ(change(R"({"allow_from":null})").status, 200);
  EXPECT_EQ(balance_of(world, "mine", "11.1.2.3").status, 429);
  EXPECT_EQ(change(R"({"requests_per_minute":null,"concurrent_tasks":null})").status, 200);
  EXPECT_EQ(balance_of(world, "mine").status, 200);
  EXPECT_FALSE(world.keys.concurrent_tasks_of(key));
  EXPECT_THAT(body_text(change("{}")), HasSubstr(R"("monthly_microcredits":12500000,"allow_from":[])"));
  EXPECT_EQ(world.admin({"POST", "/admin/keys/key_00000000000000000000000000000000/limits", "", "{}"}).status, 404);
  EXPECT_EQ(world.admin({"POST", "/admin/keys/7/limits", "", "{}"}).status, 404);
}

TEST(KeyLimits, RefuseWhatIsAbsurdWithTheFieldNamed) {
  ApiWorld world;
  const std::string id = make_key(world, "mine", {}).record.id.text();
  const std::string many = [] {
    std::string list;
    for (int i = 0; i < 65; ++i) list += fmt::format("{}\"10.0.0.{}\"", i == 0 ? "" : ",", i);
    return list;
  }();
  struct Row {
    const char* field;
    std::string value;
  };
  for (const Row& row : {Row{"requests_per_minute", "0"},
                         Row{"requests_per_minute", "-1"},
                         Row{"requests_per_minute", "1000001"},
                         Row{"requests_per_minute", "9223372036854775807"},
                         Row{"requests_per_minute", "1.5"},
                         Row{"requests_per_minute", "\"60\""},
                         Row{"concurrent_tasks", "0"},
                         Row{"concurrent_tasks", "-5"},
                         Row{"concurrent_tasks", "1e9"},
                         Row{"monthly_credits", "\"0\""},
                         Row{"monthly_credits", "\"-1\""},
                         Row{"monthly_credits", "\"1e3\""},
                         Row{"monthly_credits", "\"0.0000001\""},
                         Row{"monthly_credits", "\"\""},
                         Row{"monthly_credits", "\"9999999999999\""},
                         Row{"monthly_credits", "5"},
                         Row{"allow_from", "\"10.0.0.0/8\""},
                         Row{"allow_from", "[7]"},
                         Row{"allow_from", "[\"\"]"},
                         Row{"allow_from", "[\"10.0.0.0/33\"]"},
                         Row{"allow_from", "[\"10.1.2.3/8\"]"},
                         Row{"allow_from", "[\"::ffff:1.2.3.4\"]"},
                         Row{"allow_from", "[\"example.org\"]"},
                         Row{"allow_from", "[" + many + "]"}}) {
    const std::string member = fmt::format("\"{}\":{}", row.field, row.value);
    for (const auto& [path, body] :
         {std::pair{"/admin/keys/" + id + "/limits", "{" + member + "}"},
          std::pair{std::string("/admin/keys"), "{\"account\":\"studio\"," + member + "}"}}) {
      const http::Response refused = world.admin({"POST", path, "", body});
      EXPECT_EQ(refused.status, 400) << body;
      EXPECT_THAT(body_text(refused), HasSubstr(fmt::format("\"param\":\"{}\"", row.field))) << body;
    }
  }
  EXPECT_THAT(
      body_text(world.admin({"POST", "/admin/keys/" + id + "/limits", "", "{}"})),
      HasSubstr(R"("requests_per_minute":null,"concurrent_tasks":null,"monthly_microcredits":null,"allow_from":[])"));
}

TEST(Key, ShowsItselfAndWhatItHasSpentThisMonth) {
  ApiWorld world;
  const std::int64_t price = price_of(world);
  account::KeyLimits limits;
  limits.monthly_credits = MicroCredits::from_count(3 * price);
  const usecase::CreatedKey made = make_key(world, "capped", limits);
  world.submit("capped");
  const std::int64_t month = ledger::month_of(world.clock.wall_now());
  const std::string text = body_text(world.call({"GET", "/api/v1/key", "capped"}));
  EXPECT_EQ(text, fmt::format(
                      R"({{"id":"{}","name":"capped","account":"studio","book":"live","last4":"{}","created_at":{},)"
                      R"("expires_at":null,"models":[],"limits":{{"requests_per_minute":null,"concurrent_tasks":null,)"
                      R"("monthly_microcredits":{},"allow_from":[]}},"month":{{"begins_at":{},"ends_at":{},)"
                      R"("spent_microcredits":{},"remaining_microcredits":{}}}}})",
                      made.record.id.text(), made.record.last4, to_unix_seconds(made.record.created_at), 3 * price,
                      to_unix_seconds(ledger::month_begins(month)), to_unix_seconds(ledger::month_begins(month + 1)),
                      price, 2 * price));
  EXPECT_THAT(text, testing::Not(HasSubstr(world.key_texts["capped"])));
  const json::object plain = tree(world.call({"GET", "/api/v1/key", "picky"}));
  EXPECT_EQ(json::print(plain.at("models")), R"(["gemini-2.5-flash-image-preview-official"])");
  EXPECT_TRUE(plain.at("month").as_object().at("remaining_microcredits").is_null());
  EXPECT_EQ(world.call({"GET", "/api/v1/key"}).status, 401);
}

struct Row {
  std::int64_t tasks, completed, failed, cancelled, outputs, held, captured, refunded;
  friend bool operator==(const Row&, const Row&) = default;
};
std::vector<Row> usage(ApiWorld& world, const std::string& query, const std::string& key = "live") {
  std::vector<Row> rows;
  const http::Response response = world.call({"GET", "/api/v1/usage" + query, key});
  EXPECT_EQ(response.status, 200) << body_text(response);
  const json::object page = tree(response);
  for (const json::value& each : page.at("data").as_array()) {
    const json::object& row = each.as_object();
    EXPECT_EQ(json::get_string(row, "model"), kModel);
    rows.push_back({json::get_int(row, "tasks"), json::get_int(row, "completed"), json::get_int(row, "failed"),
                    json::get_int(row, "cancelled"), json::get_int(row, "outputs"),
                    json::get_int(row, "held_microcredits"), json::get_int(row, "captured_microcredits"),
                    json::get_int(row, "refunded_microcredits")});
  }
  return rows;
}

TEST(Usage, SaysWhatWasAskedForAndWhatItCost) {
  ApiWorld world;
  const std::int64_t price = price_of(world);
  EXPECT_THAT(usage(world, ""), IsEmpty());
  const std::string done = world.submit("live", R"(,"n":2)");
  const std::string failed = world.submit("live");
  const std::string cancelled = world.submit("live");
  world.submit("live");
  EXPECT_THAT(usage(world, ""), testing::ElementsAre(Row{4, 0, 0, 0, 0, 5 * price, 0, 0}));
  world.finish(done);
  world.finish(failed, Code::provider_failed);
  world.cancel(cancelled);
  const Row expected{4, 1, 2, 1, 2, price, 2 * price, 2 * price};
  EXPECT_THAT(usage(world, ""), testing::ElementsAre(expected));
  EXPECT_THAT(usage(world, "?group=hour"), testing::ElementsAre(expected));
  EXPECT_THAT(usage(world, "?key=self"), testing::ElementsAre(expected));
  EXPECT_THAT(usage(world, "", "picky"), testing::ElementsAre(expected));  // of the same account
  EXPECT_THAT(usage(world, "?key=self", "picky"), IsEmpty());
  EXPECT_THAT(usage(world, "", "other"), IsEmpty());
  EXPECT_THAT(usage(world, "", "test"), IsEmpty());  // the other book
  const ledger::Balance balance = world.balance("studio", ledger::Book::live);
  EXPECT_EQ(balance.held.count(), expected.held);
  EXPECT_EQ(balance.captured.count(), expected.captured);
}

TEST(Usage, ComesInPagesOfDaysOrHours) {
  ApiWorld world;
  const std::int64_t begin = to_unix_seconds(world.clock.wall_now());
  for (int i = 0; i < 5; ++i) {
    world.submit("live");
    world.advance(std::chrono::hours(13));
  }
  const std::int64_t now = to_unix_seconds(world.clock.wall_now());
  const std::string range = fmt::format("?from={}&to={}", begin, now);
  EXPECT_EQ(usage(world, range + "&group=hour").size(), 5U);
  std::int64_t tasks = 0;
  for (const Row& row : usage(world, range)) tasks += row.tasks;
  EXPECT_EQ(tasks, 5);
  std::vector<std::int64_t> starts;
  std::string cursor;
  for (;;) {
    const http::Response response =
        world.call({"GET", "/api/v1/usage" + range + "&group=hour&limit=2" + cursor, "live"});
    const json::object page = tree(response);
    for (const json::value& row : page.at("data").as_array()) {
      starts.push_back(json::get_int(row.as_object(), "start"));
    }
    EXPECT_LE(page.at("data").as_array().size(), 2U);
    if (page.at("next_cursor").is_null()) break;
    cursor = "&cursor=" + json::get_string(page, "next_cursor");
  }
  EXPECT_EQ(starts.size(), 5U);
  EXPECT_TRUE(std::ranges::is_sorted(starts, std::greater<>()));
  EXPECT_EQ(starts.back(), begin / 3600 * 3600);
  // `to` names the first moment that is not asked for.
  EXPECT_THAT(usage(world, fmt::format("?group=hour&from={}&to={}", begin / 3600 * 3600 - 3600, begin / 3600 * 3600)),
              IsEmpty());
  EXPECT_EQ(usage(world, fmt::format("?group=hour&from={}&to={}", begin, begin + 1)).size(), 1U);
}

TEST(Usage, RefusesWhatItCannotRead) {
  ApiWorld world;
  struct Bad {
    const char* query;
    const char* words;
  };
  for (const Bad& row :
       {Bad{"from=yesterday", "from must be a time"}, Bad{"to=-1", "to must be a time"},
        Bad{"from=100&to=100", "to must be later"}, Bad{"from=99999999999", "from must be earlier"},
        Bad{"from=0", "from must be within 366 days"}, Bad{"from=0&to=31622401", "from must be within 366 days"},
        Bad{"group=hour&from=0&to=700000", "from must be within 7 days"},
        Bad{"group=week", "group must be day or hour"}, Bad{"key=7", "key must be self"},
        Bad{"limit=0", "limit must be a whole number from 1 to 500"}, Bad{"limit=501", "limit must be"},
        Bad{"cursor=x", "cursor must be the next_cursor"}, Bad{"cursor=.x", "cursor must be"}}) {
    const http::Response response = world.call({"GET", std::string("/api/v1/usage?") + row.query, "live"});
    EXPECT_EQ(response.status, 400) << row.query;
    EXPECT_THAT(body_text(response), HasSubstr(row.words)) << row.query;
    EXPECT_THAT(body_text(response), HasSubstr("20003"));
  }
  EXPECT_EQ(world.call({"GET", "/api/v1/usage"}).status, 401);
}

}  // namespace
}  // namespace darkroom::test
