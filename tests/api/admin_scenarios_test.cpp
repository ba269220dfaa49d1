#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/api_world.h"

namespace darkroom::test {
namespace {

using testing::HasSubstr;
using testing::Not;

json::object tree(const http::Response& response) { return json::parse_object(body_text(response)).value(); }

TEST(AdminKeys, ShowTheTextOnceAndWorkAtOnce) {
  ApiWorld world;
  const http::Response created =
      world.admin({"POST", "/admin/keys", "",
                   R"({"account":"fresh","test":true,"name":"laptop","expires_in_seconds":3600,)"
                   R"("models":["gemini-2.5-flash-image-preview"]})"});
  EXPECT_EQ(created.status, 200) << body_text(created);
  const json::object key = tree(created);
  const std::string text = json::get_string(key, "key");
  EXPECT_THAT(text, testing::StartsWith("rk_test_"));
  EXPECT_EQ(json::get_string(key, "last4"), text.substr(text.size() - 4));
  EXPECT_EQ(json::get_string(key, "book"), "test");
  EXPECT_TRUE(key.at("revoked_at").is_null());
  EXPECT_EQ(world.call({"GET", "/api/v1/balance", "Bearer " + text}).status, 200);

  const std::string id = json::get_string(key, "id");
  const http::Response listed = world.admin({"GET", "/admin/keys?account=fresh"});
  EXPECT_THAT(body_text(listed), HasSubstr(id));
  EXPECT_THAT(body_text(listed), Not(HasSubstr(text)));
  EXPECT_EQ(tree(listed).at("data").as_array().size(), 1U);

  const http::Response revoked = world.admin({"DELETE", "/admin/keys/" + id});
  EXPECT_FALSE(tree(revoked).at("revoked_at").is_null());
  const http::Response refused = world.call({"GET", "/api/v1/balance", "Bearer " + text});
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(error_code(refused), 10004);
  EXPECT_EQ(body_text(world.admin({"DELETE", "/admin/keys/" + id})), body_text(revoked));
}

TEST(AdminKeys, AreReadFromTheStoreAtStartAndTellWhenTheyWereUsed) {
  ApiWorld world;
  usecase::AccountStates accounts;
  usecase::KeyRing ring(*world.store, accounts);
  ASSERT_TRUE(world.wait(ring.load(world.loop)).has_value());
  const std::string header = "Bearer " + world.key_texts["other"];
  const WallTime now = world.clock.wall_now();
  ASSERT_TRUE(ring.authenticate(header, now).has_value());
  EXPECT_EQ(ring.authenticate("Bearer " + world.key_texts["revoked"], now).error().code, Code::key_revoked);
  EXPECT_EQ(ring.authenticate("Bearer " + world.key_texts["expired"], now).error().code, Code::key_expired);
  ASSERT_TRUE(world.wait(ring.flush_uses(world.loop)).has_value());
  const auto keys = world.wait(world.manager.list_keys(world.loop, "rival")).value();
  ASSERT_TRUE(keys.at(0).last_used_at.has_value());
  EXPECT_EQ(to_millis(*keys.at(0).last_used_at), to_millis(now) / 60'000 * 60'000);
}

TEST(AdminKeys, RefuseWithTheFieldNamed) {
  ApiWorld world;
  struct Row {
    const char* body;
    int code;
    const char* param;
  };
  for (const Row& row :
       {Row{"{}", 20002, "account"}, Row{R"({"account":"a b"})", 20003, "account"}, Row{"[]", 20001, ""},
        Row{R"({"account":"a","test":1})", 20003, "test"}, Row{R"({"account":"a","expires_in_seconds":0})", 20003, ""},
        Row{R"({"account":"a","models":["none"]})", 20003, "models"},
        Row{R"({"account":"a","live":true})", 20003, "live"}}) {
    const http::Response response = world.admin({"POST", "/admin/keys", "", row.body});
    EXPECT_EQ(response.status, 400) << row.body;
    EXPECT_EQ(error_code(response), row.code) << row.body;
    EXPECT_THAT(body_text(response), HasSubstr(row.param)) << row.body;
  }
  const http::Response unknown = world.admin({"DELETE", "/admin/keys/key_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e"});
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(body_text(unknown), HasSubstr("No key key_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e"));
}

TEST(AdminCredits, AreGrantedExactlyAndShown) {
  ApiWorld world;
  const http::Response granted =
      world.admin({"POST", "/admin/grants", "", R"({"account":"newcomer","credits":"12.5"})"});
  EXPECT_EQ(granted.status, 200) << body_text(granted);
  EXPECT_EQ(body_text(granted),
            R"({"account":"newcomer","live":{"available_microcredits":12500000,"held_microcredits":0,)"
            R"("granted_microcredits":12500000,"captured_microcredits":0,"balance":12},)"
            R"("test":{"available_microcredits":1000000000000,"held_microcredits":0,)"
            R"("granted_microcredits":1000000000000,"captured_microcredits":0,"balance":1000000}})");
  EXPECT_EQ(body_text(world.admin({"GET", "/admin/accounts/newcomer/balance"})), body_text(granted));
  EXPECT_EQ(world.admin({"GET", "/admin/accounts/stranger/balance"}).status, 404);
  for (const char* credits : {"0", "-1", "1e3", "0.0000001", ""}) {
    const std::string body = std::string(R"({"account":"newcomer","credits":")") + credits + R"("})";
    EXPECT_EQ(error_code(world.admin({"POST", "/admin/grants", "", body})), 20003) << credits;
  }
  EXPECT_EQ(world.balance("newcomer", ledger::Book::live).granted.count(), 12'500'000);
}

TEST(AdminTasks, ShowEverythingToTheOperator) {
  ApiWorld world;
  const std::string id = world.submit("test");
  world.submit("other");
  EXPECT_EQ(tree(world.admin({"GET", "/admin/tasks"})).at("data").as_array().size(), 2U);
  EXPECT_EQ(tree(world.admin({"GET", "/admin/tasks?account=studio&limit=5"})).at("data").as_array().size(), 1U);
  EXPECT_EQ(world.admin({"GET", "/admin/tasks?limit=0"}).status, 400);
  const http::Response shown = world.admin({"GET", "/admin/tasks/" + id});
  EXPECT_THAT(body_text(shown), HasSubstr("sandbox"));
  EXPECT_EQ(json::get_string(tree(shown), "state"), "queued");
  EXPECT_EQ(tree(shown).at("events").as_array().size(), 1U);
}

TEST(AdminUpstreams, AreSteeredByWhatIsNamed) {
  ApiWorld world;
  EXPECT_EQ(world.admin({"POST", "/admin/upstreams/google", "", "{}"}).status, 503);  // nobody is there to do it
  std::string seen;
  world.services.steer_upstream = [&](std::string name, const api::UpstreamChange& change,
                                      Done<Result<json::object>> done) {
    seen = name;
    if (change.is_drained) seen += *change.is_drained ? " drained" : " resumed";
    if (change.weight) seen += " weight " + (*change.weight ? std::to_string(**change.weight) : "as configured");
    if (change.probe) seen += " probe " + *change.probe;
    if (name == "gone") return done(fail(Code::not_found, "No upstream gone"));
    done(json::object{{"name", name}});
  };
  struct Row {
    std::string name;
    std::string body;
    int status;
    std::string seen;  // or the field that is wrong
  };
  const Row rows[] = {
      {"google", R"({"drained":true})", 200, "google drained"},
      {"google", R"({"drained":false,"weight":1000})", 200, "google resumed weight 1000"},
      {"sandbox/gemini", R"({"weight":null})", 200, "sandbox/gemini weight as configured"},
      {"google", R"({"drained":null})", 200, "google"},
      {"google", R"({"probe":"always"})", 200, "google probe always"},
      {"google", R"({"probe":1})", 400, "probe must be a string"},
      {"gone", R"({"drained":true})", 404, "No upstream gone"},
      {"google", R"({"drained":1})", 400, "drained must be true or false"},
      {"google", R"({"weight":1001})", 400, "weight must be 0 to 1000, or null"},
      {"google", R"({"weight":-1})", 400, "weight must be 0 to 1000, or null"},
      {"google", R"({"weight":"3"})", 400, "weight must be a whole number"},
      {"google", R"({"wieght":3})", 400, "Unknown member: wieght"},
  };
  for (const Row& row : rows) {
    seen.clear();
    const http::Response response = world.admin({"POST", "/admin/upstreams/" + row.name, "", row.body});
    EXPECT_EQ(response.status, row.status) << row.body;
    if (row.status == 200) {
      EXPECT_EQ(seen, row.seen);
    } else {
      EXPECT_THAT(body_text(response), HasSubstr(row.seen));
    }
  }
}

TEST(AdminUpstreams, AreTestedByName) {
  ApiWorld world;
  EXPECT_EQ(world.admin({"POST", "/admin/upstream-tests/google", "", "{}"}).status, 503);
  world.services.test_upstream = [](const std::string& name, Done<Result<json::object>> done) {
    if (name != "sandbox/gemini") return done(fail(Code::not_found, "No upstream " + name));
    done(json::object{{"ok", true}});
  };
  EXPECT_EQ(body_text(world.admin({"POST", "/admin/upstream-tests/sandbox/gemini", "", "{}"})), R"({"ok":true})");
  EXPECT_EQ(world.admin({"POST", "/admin/upstream-tests/gone", "", "{}"}).status, 404);
}

TEST(AdminLedger, IsVerified) {
  ApiWorld world;
  world.finish(world.submit());
  const json::object report = tree(world.admin({"GET", "/admin/ledger/verify"}));
  EXPECT_TRUE(json::get_bool(report, "ok"));
  EXPECT_EQ(report.at("violations").as_array().size(), 0U);
  EXPECT_EQ(json::get_int(report.at("live").as_object(), "captured_microcredits"), 14'375'000);
}

TEST(Models, ShowTheCatalogueWithoutRoutes) {
  ApiWorld world;
  const http::Response list = world.call({"GET", "/api/v1/models"});
  EXPECT_EQ(list.status, 200);
  EXPECT_EQ(tree(list).at("data").as_array().size(), world.catalog.models().size());
  for (const char* hidden : {"wire_model", "call_cost", "provider", "repeat_unknown"}) {
    EXPECT_THAT(body_text(list), Not(HasSubstr(hidden)));
  }
  world.services.typical_seconds = [](std::string_view) { return std::optional(6.54); };
  const http::Response one = world.call({"GET", "/api/v1/models/gemini-2.5-flash-image-preview"});
  EXPECT_EQ(json::get_string(tree(one).at("price").as_object(), "credits"), "14.375");
  EXPECT_EQ(tree(one).at("typical_seconds").to_number<double>(), 6.5);
}

TEST(Health, IsReadyUntilItDrainsOrTheDiskIsFull) {
  ApiWorld world;
  EXPECT_EQ(world.call({"GET", "/livez"}).status, 200);
  EXPECT_EQ(world.call({"GET", "/readyz"}).status, 200);
  world.blobs.free_percent_now = 5;
  EXPECT_EQ(world.call({"GET", "/readyz"}).status, 200) << "the finding holds for a second";
  world.advance(seconds(1));
  const http::Response full = world.call({"GET", "/readyz"});
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(error_code(full), 60001);
  world.blobs.free_percent_now = 50;
  world.advance(seconds(1));
  EXPECT_EQ(world.call({"GET", "/readyz"}).status, 200);
  world.readiness.start_draining();
  EXPECT_EQ(world.call({"GET", "/readyz"}).status, 503);
  EXPECT_EQ(world.call({"GET", "/livez"}).status, 200);
  EXPECT_THAT(body_text(world.call({"GET", "/metrics"})), HasSubstr("darkroom_api_answers_total"));
}

TEST(Health, IsNotReadyWhenTheStoreDoesNotAnswerWithinASecond) {
  ApiWorld world;
  world.store_hangs = true;
  const SteadyTime start = world.clock.steady_now();
  const http::Response response = world.call({"GET", "/readyz"});
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(body_text(response), HasSubstr("the store is not writable"));
  EXPECT_EQ(world.clock.steady_now() - start, seconds(1));
  EXPECT_EQ(world.call({"GET", "/livez"}).status, 200);
}

TEST(Wall, TurnsAnExceptionIntoTheEnvelopeAndKeepsItsWords) {
  ApiWorld world;
  world.blobs.throws = true;
  const http::Response response = world.call({"GET", "/media/tasks/018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e/0.png"});
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(error_code(response), 60099);
  EXPECT_THAT(body_text(response), Not(HasSubstr("library")));
}

}  // namespace
}  // namespace darkroom::test
