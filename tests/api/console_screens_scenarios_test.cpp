// What the console's screens read and do: tasks, their waterfall and money, playground, webhooks, models, streams.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "api/console/stream.h"
#include "tests/api/console_world.h"

namespace darkroom::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kModel = "gemini-2.5-flash-image-preview";

class ConsoleScreens : public ::testing::Test {
 protected:
  ConsoleScreens() {
    api::console::Screens& screens = world_.console.screens;
    screens.streams = &world_.streams;
    screens.report_queue = [this](Done<json::object> done) { done(json::object{{"waiting", waiting_}}); };
    screens.list_upstreams = [](Done<json::array> done) {
      json::array all;
      all.push_back(json::object{{"name", "secret-vendor"},
                                 {"breaker", "closed"},
                                 {"drained", false},
                                 {"keys", 1},
                                 {"keys_resting", 0},
                                 {"weight", 0},
                                 {"routes", json::array{kModel}}});
      done(std::move(all));
    };
    screens.make_thumbnail = [this](Loop&, std::string blob) { return make_thumbnail(std::move(blob)); };
    screens.send_test = [](webhook::Endpoint, Done<webhook::Answer> done) { done({.status = 204}); };
    world_.join("studio", world_.make_user("member@example.org"), people::Role::member);
    world_.join("studio", world_.make_user("owner@example.org"), people::Role::owner);
    world_.join("rival", world_.make_user("rival@example.org"), people::Role::owner);
    world_.make_user("boss@example.org", true);
    member_ = world_.sign_in("member@example.org");
    owner_ = world_.sign_in("owner@example.org");
    rival_ = world_.sign_in("rival@example.org");
    boss_ = world_.sign_in("boss@example.org");
  }

  Async<Result<std::string>> make_thumbnail(std::string blob) {
    thumbnails_.push_back(blob);
    co_return "RIFF-small";
  }
  // A millisecond after the one before it, so that the order is known.
  std::string submit(const std::string& key) {
    world_.advance(milliseconds(1));
    return world_.submit(key);
  }
  json::object get(const Browser& browser, const std::string& path) {
    const http::Response response = world_.ask(browser, "GET", path);
    EXPECT_EQ(response.status, 200) << path << " " << body_text(response);
    return tree_of(response);
  }
  json::object post(const Browser& browser, const std::string& path, const json::value& body = json::object()) {
    const http::Response response = world_.ask(browser, "POST", path, body);
    EXPECT_EQ(response.status, 200) << path << " " << body_text(response);
    return tree_of(response);
  }
  std::vector<std::string> ids(const json::object& page) {
    std::vector<std::string> found;
    for (const json::value& row : page.at("data").as_array()) found.push_back(json::get_string(row.as_object(), "id"));
    return found;
  }
  std::string task_path(const std::string& id, const std::string& more = "") {
    return "/accounts/studio/tasks/" + id + more;
  }

  ConsoleWorld world_;
  Browser member_, owner_, rival_, boss_;
  std::vector<std::string> thumbnails_;
  int waiting_ = 3;
};

TEST_F(ConsoleScreens, ListsAreOfTheirAccountOrOfAllAndFilter) {
  const std::string first = submit("live");
  const std::string second = submit("live");
  const std::string foreign = submit("other");
  world_.finish(first, Code::content_policy);
  EXPECT_THAT(ids(get(member_, "/accounts/studio/tasks")), ElementsAre(second, first));
  EXPECT_THAT(ids(get(boss_, "/tasks")), ElementsAre(foreign, second, first));
  EXPECT_EQ(world_.ask(member_, "GET", "/tasks").status, 403);
  EXPECT_THAT(ids(get(member_, "/accounts/studio/tasks?status=failed")), ElementsAre(first));
  world_.finish(second);
  EXPECT_THAT(ids(get(member_, "/accounts/studio/tasks?media=image")), ElementsAre(second));
  EXPECT_THAT(ids(get(member_, "/accounts/studio/tasks?media=video")), IsEmpty());
  EXPECT_EQ(world_.ask(member_, "GET", "/accounts/studio/tasks?media=sound").status, 400);
  EXPECT_THAT(ids(get(member_, "/accounts/studio/tasks?error_code=80006")), ElementsAre(first));
  EXPECT_THAT(ids(get(member_, "/accounts/studio/tasks?error_code=80003")), IsEmpty());
  EXPECT_THAT(ids(get(member_, "/accounts/studio/tasks?book=test")), IsEmpty());
  EXPECT_THAT(ids(get(member_, "/accounts/studio/tasks?find=" + first)), ElementsAre(first));
  EXPECT_THAT(ids(get(member_, "/accounts/studio/tasks?find=" + foreign)), IsEmpty());
  EXPECT_THAT(ids(get(member_, "/accounts/studio/tasks?find=rubbish")), IsEmpty());
  const json::object page = get(member_, "/accounts/studio/tasks?limit=1");
  EXPECT_THAT(ids(get(member_, "/accounts/studio/tasks?limit=1&cursor=" + json::get_string(page, "next_cursor"))),
              ElementsAre(first));
  for (const char* bad :
       {"limit=101", "status=late", "error_code=1", "book=both", "key=x", "cursor=x", "created_after=yesterday"}) {
    EXPECT_EQ(world_.ask(member_, "GET", fmt::format("/accounts/studio/tasks?{}", bad)).status, 400) << bad;
  }
}

TEST_F(ConsoleScreens, ARequestIdLeadsToItsTask) {
  world_.request_id = std::string_view(make_request_id(world_.clock.wall_now(), world_.random));
  const std::string request = world_.request_id;
  const json::object made =
      post(member_, "/accounts/studio/playground?book=live", json::object{{"model", kModel}, {"prompt", "a heron"}});
  EXPECT_THAT(ids(get(member_, "/accounts/studio/tasks?find=" + request)), ElementsAre(json::get_string(made, "id")));
  EXPECT_THAT(ids(get(rival_, "/accounts/rival/tasks?find=" + request)), IsEmpty());
  EXPECT_EQ(json::get_string(get(member_, task_path(json::get_string(made, "id"))), "request_id"), request);
}

TEST_F(ConsoleScreens, ADetailHasTheWaterfallTheMoneyAndTheRequest) {
  const std::string id = submit("live");
  world_.finish(id, Code::provider_failed);
  const json::object detail = get(boss_, task_path(id));
  EXPECT_EQ(json::get_string(detail, "status"), "failed");
  EXPECT_EQ(detail.at("error").at("code").as_int64(), 80003);
  EXPECT_THAT(json::get_string(detail.at("error").as_object(), "doc_url"), HasSubstr("/docs/errors#e80003"));
  EXPECT_EQ(json::get_string(detail.at("request").as_object(), "model"), kModel);
  EXPECT_EQ(json::get_string(detail.at("response").as_object(), "id"), id);
  const json::object& attempt = detail.at("calls").at(0).at("attempts").at(0).as_object();
  EXPECT_EQ(json::get_string(attempt, "outcome"), "failed");
  EXPECT_EQ(json::get_string(attempt, "error"), "provider_failed");
  EXPECT_THAT(json::get_string(attempt, "message"), HasSubstr("4711"));
  EXPECT_FALSE(json::get_string(attempt, "upstream").empty());
  std::int64_t sum = 0;
  for (const json::value& entry : detail.at("entries").as_array()) {
    sum += json::get_int(entry.as_object(), "amount_microcredits");
  }
  EXPECT_EQ(sum, 0) << "held and given back";
}

TEST_F(ConsoleScreens, CustomersNeverSeeUpstreamsOrTheirWords) {
  const std::string id = submit("live");
  world_.finish(id, Code::provider_failed);
  const std::string upstream =
      json::get_string(get(boss_, task_path(id)).at("calls").at(0).at("attempts").at(0).as_object(), "upstream");
  for (const Browser& browser : {member_, owner_}) {
    for (const std::string& path :
         {task_path(id), std::string("/accounts/studio/tasks"), std::string("/accounts/studio/errors?book=live"),
          std::string("/models"), std::string("/accounts/studio/usage?book=live&split_by=model")}) {
      const std::string text = body_text(world_.ask(browser, "GET", path));
      for (const std::string& word : {upstream, std::string("4711"), std::string("secret-vendor")}) {
        EXPECT_THAT(text, Not(HasSubstr("\"" + word + "\""))) << path;
        EXPECT_THAT(text, Not(HasSubstr("4711"))) << path;
      }
    }
    EXPECT_EQ(world_.ask(browser, "GET", "/accounts/studio/usage?split_by=upstream").status, 400);
    for (const char* path : {"/upstreams", "/queue", "/usage", "/errors"}) {
      EXPECT_EQ(world_.ask(browser, "GET", path).status, 403) << path;
    }
  }
  EXPECT_THAT(body_text(world_.ask(boss_, "GET", "/models/" + std::string(kModel))), HasSubstr("secret-vendor"));
}

TEST_F(ConsoleScreens, WhatIsOfAnotherAccountIsNotThere) {
  const std::string id = submit("live");
  world_.finish(id);
  for (const std::string& path :
       {task_path(id), task_path(id, "/thumbnails/0"), std::string("/accounts/studio/tasks"),
        std::string("/accounts/studio/usage"), std::string("/accounts/studio/ledger"),
        std::string("/accounts/studio/errors"), std::string("/accounts/studio/webhooks"),
        std::string("/accounts/studio/webhooks/default/deliveries"), "/accounts/rival/tasks/" + id,
        "/accounts/rival/tasks/" + id + "/thumbnails/0", std::string("/stream?account=studio")}) {
    EXPECT_EQ(world_.ask(rival_, "GET", path).status, 404) << path;
  }
  for (const std::string& path :
       {task_path(id, "/cancel"), std::string("/accounts/studio/playground"), std::string("/accounts/studio/webhooks"),
        "/accounts/rival/tasks/" + id + "/cancel"}) {
    EXPECT_EQ(world_.ask(rival_, "POST", path, json::object()).status, 404) << path;
  }
}

TEST_F(ConsoleScreens, TextsComeBackAsTheyAreAndAsJson) {
  const std::string evil = R"(</script><img src=x onerror=alert(1)>"'\u2028)";
  const json::object made =
      post(member_, "/accounts/studio/playground?book=live", json::object{{"model", kModel}, {"prompt", evil}});
  const http::Response response = world_.ask(member_, "GET", task_path(json::get_string(made, "id")));
  EXPECT_EQ(header_of(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(json::get_string(tree_of(response), "prompt"), evil);
}

TEST_F(ConsoleScreens, ThePlaygroundSpendsLikeTheApiAndUnderItsOwnKey) {
  const json::object request = {{"model", kModel}, {"prompt", "a heron"}};
  json::object dry = request;
  dry["dry_run"] = true;
  const json::object quoted = post(member_, "/accounts/studio/playground?book=live", dry);
  const std::int64_t price = quoted.at("quote").at("microcredits").as_int64();
  EXPECT_GT(price, 0);
  EXPECT_EQ(world_.balance("studio", ledger::Book::live).held.count(), 0);
  const json::object made = post(member_, "/accounts/studio/playground?book=live", request);
  EXPECT_EQ(world_.balance("studio", ledger::Book::live).held.count(), price);
  const json::object row = get(member_, task_path(json::get_string(made, "id")));
  EXPECT_EQ(json::get_string(row.at("key").as_object(), "name"), "Playground");
  EXPECT_EQ(json::get_string(row, "book"), "live");
  // The same key again, and one for the other book.
  const json::object second =
      get(member_, task_path(json::get_string(post(member_, "/accounts/studio/playground?book=live", request), "id")));
  EXPECT_EQ(json::get_string(second.at("key").as_object(), "id"), json::get_string(row.at("key").as_object(), "id"));
  const json::object test =
      get(member_, task_path(json::get_string(post(member_, "/accounts/studio/playground", request), "id")));
  EXPECT_EQ(json::get_string(test, "book"), "test");
  EXPECT_EQ(world_.ask(member_, "POST", "/accounts/studio/playground", json::object{{"model", "none"}}).status, 400);
}

TEST_F(ConsoleScreens, ThePlaygroundTakesPictures) {
  const std::string png = "\x89PNG\r\n\x1a\n0123456789";
  const std::string body = "--b\r\nContent-Disposition: form-data; name=\"request\"\r\n\r\n" +
                           json::print(json::object{{"model", kModel}, {"prompt", "in the snow"}}) +
                           "\r\n--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"<b>.png\"\r\n\r\n" +
                           png + "\r\n--b--\r\n";
  std::vector<http::Header> headers = {{"Host", "console.example.org"},
                                       {"Cookie", fmt::format("{}={}", people::kSessionCookie, member_.cookie)},
                                       {"Origin", ConsoleWorld::kOrigin},
                                       {"Content-Type", "multipart/form-data; boundary=b"},
                                       {"X-CSRF-Token", member_.csrf}};
  const http::Response made = world_.send("POST", "/accounts/studio/playground?book=live", headers, body);
  ASSERT_EQ(made.status, 200) << body_text(made);
  const json::object detail = get(member_, task_path(json::get_string(tree_of(made), "id")));
  EXPECT_THAT(json::print(detail.at("request")), HasSubstr("a file that came with the request"));
  const std::string bad = body.substr(0, body.find(png)) + png + "bad\r\n--b--\r\n";
  EXPECT_EQ(world_.send("POST", "/accounts/studio/playground?book=live", headers, bad).status, 400);
}

TEST_F(ConsoleScreens, ALedgerAddsUp) {
  const std::string done = submit("live");
  world_.finish(done);
  world_.finish(submit("live"), Code::content_policy);
  submit("live");
  std::int64_t sum = 0;
  std::string cursor;
  std::size_t rows = 0;
  do {
    const json::object page = get(member_, "/accounts/studio/ledger?book=live&limit=2&cursor=" + cursor);
    for (const json::value& entry : page.at("data").as_array()) {
      sum += json::get_int(entry.as_object(), "amount_microcredits");
      ++rows;
    }
    cursor = json::get_string(page, "next_cursor");
    EXPECT_EQ(json::get_int(page, "sum_microcredits"), json::get_int(page, "balance_microcredits"));
  } while (!cursor.empty());
  EXPECT_EQ(rows, 6U);  // grant, hold and capture, hold and release, hold
  EXPECT_EQ(sum, world_.balance("studio", ledger::Book::live).available().count());
}

TEST_F(ConsoleScreens, UsageAndErrorsAreCountedForTheAccountAndForAll) {
  world_.finish(submit("live"));
  const std::string failed = submit("live");
  world_.finish(failed, Code::content_policy);
  world_.finish(submit("other"), Code::content_policy);
  const json::object usage = get(member_, "/accounts/studio/usage?book=live&split_by=model");
  EXPECT_EQ(usage.at("totals").at("tasks").as_int64(), 2);
  EXPECT_EQ(usage.at("totals").at("failed").as_int64(), 1);
  ASSERT_EQ(usage.at("data").as_array().size(), 1U);
  EXPECT_EQ(json::get_string(usage.at("data").at(0).as_object(), "name"), kModel);
  const json::object all = get(boss_, "/usage?book=live&split_by=account&group_by=hour");
  EXPECT_EQ(all.at("data").as_array().size(), 2U);
  EXPECT_EQ(all.at("totals").at("tasks").as_int64(), 3);
  const json::object errors = get(member_, "/accounts/studio/errors?book=live");
  ASSERT_EQ(errors.at("data").as_array().size(), 1U);
  const json::object& group = errors.at("data").at(0).as_object();
  EXPECT_EQ(json::get_int(group, "code"), 80006);
  EXPECT_EQ(json::get_int(group, "count"), 1);
  EXPECT_EQ(group.at("sample_task_ids").at(0).as_string(), failed);
  EXPECT_TRUE(group.at("upstream").is_null());
  EXPECT_EQ(world_.ask(member_, "GET", "/accounts/studio/usage?from=2020-01-01&to=2023-01-01").status, 400);
  EXPECT_EQ(world_.ask(member_, "GET", "/accounts/studio/usage?group_by=hour&from=2020-01-01&to=2020-03-01").status,
            400);
}

TEST_F(ConsoleScreens, ThumbnailsAreOfOutputsThatAreKept) {
  const std::string id = submit("live");
  EXPECT_EQ(world_.ask(member_, "GET", task_path(id, "/thumbnails/0")).status, 404);
  world_.finish(id);
  const http::Response small = world_.ask(member_, "GET", task_path(id, "/thumbnails/0"));
  ASSERT_EQ(small.status, 200);
  EXPECT_EQ(small.content_type, "image/webp");
  EXPECT_THAT(header_of(small, "Cache-Control"), HasSubstr("immutable"));
  EXPECT_EQ(body_text(small), "RIFF-small");
  EXPECT_THAT(thumbnails_, ElementsAre(HasSubstr("/0.png")));
  for (const char* index : {"1", "-1", "x", "99999999999999999999"}) {
    EXPECT_EQ(world_.ask(member_, "GET", task_path(id, fmt::format("/thumbnails/{}", index))).status, 404) << index;
  }
  world_.advance(std::chrono::hours(24 * 8));
  member_ = world_.sign_in("member@example.org");
  EXPECT_EQ(world_.ask(member_, "GET", task_path(id, "/thumbnails/0")).status, 404);
}

TEST_F(ConsoleScreens, ACancelIsTheApisAndIsNoted) {
  const std::string id = submit("live");
  const json::object ended = post(member_, task_path(id, "/cancel"));
  EXPECT_EQ(json::get_string(ended, "status"), "failed");
  EXPECT_EQ(world_.deeds().front().deed.action, "task.cancel");
  EXPECT_EQ(world_.ask(member_, "POST", task_path(id, "/cancel"), json::object()).status, 409);
}

TEST_F(ConsoleScreens, WebhooksAreReadByMembersAndChangedByOwners) {
  const json::object wanted = {{"url", "https://hooks.example.org/hook?name=%3Cscript%3E"}};
  EXPECT_EQ(world_.ask(member_, "POST", "/accounts/studio/webhooks", wanted).status, 403);
  const json::object made = post(owner_, "/accounts/studio/webhooks", wanted);
  const std::string path = "/accounts/studio/webhooks/" + json::get_string(made, "id");
  EXPECT_THAT(json::get_string(made, "secret"), HasSubstr("whsec_"));
  EXPECT_FALSE(get(member_, path).contains("secret"));
  world_.finish(submit("live"));
  const json::object deliveries = get(member_, path + "/deliveries");
  EXPECT_EQ(json::get_string(deliveries.at("webhook").as_object(), "id"), json::get_string(made, "id"));
  EXPECT_FALSE(deliveries.at("webhook").as_object().contains("secret"));
  ASSERT_EQ(deliveries.at("data").as_array().size(), 1U);
  const std::string delivery = json::get_string(deliveries.at("data").at(0).as_object(), "id");
  EXPECT_EQ(world_.ask(member_, "POST", path + "/deliveries/" + delivery + "/resend", json::object()).status, 403);
  EXPECT_EQ(json::get_string(post(owner_, path + "/deliveries/" + delivery + "/resend"), "id"), delivery);
  EXPECT_EQ(json::get_int(post(owner_, path + "/test"), "status"), 204);
  EXPECT_FALSE(json::get_bool(tree_of(world_.ask(owner_, "PATCH", path, json::object{{"enabled", false}})), "enabled"));
  EXPECT_EQ(world_.ask(owner_, "POST", path + "/deliveries/" + delivery + "/resend", json::object()).status, 409);
  EXPECT_EQ(world_.ask(owner_, "DELETE", path).status, 200);
  EXPECT_EQ(world_.ask(owner_, "GET", path).status, 404);
}

TEST_F(ConsoleScreens, AStreamFollowsTheAccountsTasks) {
  const http::Response stream = world_.ask(member_, "GET", "/stream?account=studio&topics=tasks");
  ASSERT_EQ(stream.status, 200) << body_text(stream);
  EXPECT_EQ(stream.content_type, "text/event-stream");
  EXPECT_THAT(world_.next_piece(stream), HasSubstr("retry:"));
  const std::string id = submit("live");
  submit("other");
  const std::string news = world_.next_piece(stream);
  EXPECT_THAT(news, HasSubstr("event: task\ndata: {"));
  EXPECT_THAT(news, HasSubstr(id));
  EXPECT_THAT(news, Not(HasSubstr("rival")));
  world_.finish(id);
  EXPECT_THAT(world_.next_piece(stream), HasSubstr(R"("status":"completed")"));
  EXPECT_EQ(world_.next_piece(stream), ":\n\n");
  post(member_, "/logout");
  EXPECT_EQ(world_.next_piece(stream), "");
}

TEST_F(ConsoleScreens, TheQueueIsStreamedWhenItChangesAndToOperatorsOnly) {
  EXPECT_EQ(world_.ask(member_, "GET", "/stream?account=studio&topics=queue").status, 403);
  EXPECT_EQ(world_.ask(member_, "GET", "/stream?topics=tasks").status, 400);
  EXPECT_EQ(world_.ask(member_, "GET", "/stream?account=studio&topics=news").status, 400);
  const http::Response stream = world_.ask(boss_, "GET", "/stream?topics=queue");
  world_.next_piece(stream);
  EXPECT_EQ(world_.next_piece(stream), "event: queue\ndata: {\"waiting\":3}\n\n");
  EXPECT_EQ(world_.next_piece(stream), ":\n\n") << "nothing has changed";
  waiting_ = 4;
  EXPECT_EQ(world_.next_piece(stream), "event: queue\ndata: {\"waiting\":4}\n\n");
}

TEST_F(ConsoleScreens, StreamsOfOnePersonAreFew) {
  std::vector<http::Response> open;
  for (std::size_t i = 0; i < usecase::TaskStreams::kMostOfOne; ++i) {
    open.push_back(world_.ask(member_, "GET", "/stream?account=studio"));
    ASSERT_EQ(open.back().status, 200);
  }
  EXPECT_EQ(world_.ask(member_, "GET", "/stream?account=studio").status, 429);
  EXPECT_EQ(world_.ask(owner_, "GET", "/stream?account=studio").status, 200);
}

TEST_F(ConsoleScreens, UpstreamsAreChangedByOperatorsAndThatIsNoted) {
  std::optional<bool> drained;
  world_.services.steer_upstream = [&](std::string name, api::UpstreamChange change, Done<Result<json::object>> done) {
    EXPECT_EQ(name, "secret-vendor");
    drained = change.is_drained;
    done(json::object{});
  };
  EXPECT_EQ(world_.ask(owner_, "PATCH", "/upstreams/secret-vendor", json::object{{"drained", true}}).status, 403);
  EXPECT_EQ(world_.ask(boss_, "PATCH", "/upstreams/nobody", json::object{{"drained", true}}).status, 404);
  EXPECT_EQ(world_.ask(boss_, "PATCH", "/upstreams/secret-vendor", json::object{{"weight", -1}}).status, 400);
  EXPECT_FALSE(drained);
  EXPECT_EQ(world_.ask(boss_, "PATCH", "/upstreams/secret-vendor", json::object{{"drained", true}}).status, 200);
  EXPECT_EQ(drained, true);
  EXPECT_EQ(world_.ask(boss_, "PATCH", "/upstreams/secret-vendor", json::object{{"probe", 7}}).status, 400);
  EXPECT_EQ(world_.deeds().front().deed.action, "upstream.change");
}

TEST_F(ConsoleScreens, UpstreamsAreTestedByOperatorsAndThatIsNoted) {
  int tests = 0;
  world_.services.test_upstream = [&](const std::string& name, Done<Result<json::object>> done) {
    EXPECT_EQ(name, "secret-vendor");
    if (++tests > 1) return done(fail(Code::rate_limited));
    done(json::object{{"ok", false}, {"condition", "unwell"}, {"detail", "HTTP 503"}, {"took_ms", 12}});
  };
  EXPECT_EQ(world_.ask(member_, "POST", "/upstreams/secret-vendor/test", json::object{}).status, 403);
  EXPECT_EQ(world_.ask(owner_, "POST", "/upstreams/secret-vendor/test", json::object{}).status, 403);
  EXPECT_EQ(world_.ask(boss_, "POST", "/upstreams/nobody/test", json::object{}).status, 404);
  EXPECT_EQ(tests, 0);
  const http::Response tested = world_.ask(boss_, "POST", "/upstreams/secret-vendor/test", json::object{});
  EXPECT_EQ(tested.status, 200);
  EXPECT_FALSE(json::get_bool(tree_of(tested), "ok", true));
  EXPECT_EQ(json::get_string(tree_of(tested).at("upstream").as_object(), "name"), "secret-vendor");
  EXPECT_EQ(world_.deeds().front().deed.action, "upstream.test");
  EXPECT_EQ(world_.deeds().front().deed.target, "secret-vendor");
  EXPECT_EQ(world_.ask(boss_, "POST", "/upstreams/secret-vendor/test", json::object{}).status, 429);
}

}  // namespace
}  // namespace darkroom::test
