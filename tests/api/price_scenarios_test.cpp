// Prices that operators change while the server runs: what everybody is told then, what a task keeps, what is refused,
// and what is left after a restart.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/api/console_world.h"

namespace darkroom::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kFlat = "gemini-2.5-flash-image-preview";
constexpr const char* kTiered = "gpt-image-2";

class PriceScenarios : public ::testing::Test {
 protected:
  PriceScenarios() {
    world_.console.screens.list_upstreams = [](Done<json::array> done) {
      const json::array models = {kFlat, kTiered};
      json::array all;
      for (const auto& [name, kind, is_sandbox] :
           {std::tuple("secret-vendor", "gemini", false), std::tuple("sandbox/gemini", "gemini", true)}) {
        all.push_back(json::object{{"name", name}, {"kind", kind}, {"is_sandbox", is_sandbox}, {"routes", models}});
      }
      done(std::move(all));
    };
    world_.make_user("boss@example.org", true);
    world_.join("studio", world_.make_user("owner@example.org"), people::Role::owner);
    boss_ = world_.sign_in("boss@example.org");
    owner_ = world_.sign_in("owner@example.org");
  }

  json::object card(const Browser& browser, const std::string& model) {
    return tree_of(world_.ask(browser, "GET", "/models/" + model));
  }
  std::int64_t revision(const std::string& model) { return card(boss_, model).at("pricing").at("revision").as_int64(); }
  static json::object edit(std::int64_t revision, const json::object& when, const std::string& credits) {
    json::object wish = {{"revision", revision}};
    wish["tiers"] = json::array{json::object{{"when", when}, {"credits", credits}}};
    return wish;
  }
  http::Response put(const std::string& model, const json::value& body) {
    return world_.ask(boss_, "PUT", fmt::format("/models/{}/price", model), body);
  }
  void set(const std::string& model, const json::object& when, const std::string& credits) {
    const http::Response response = put(model, edit(revision(model), when, credits));
    ASSERT_EQ(response.status, 200) << body_text(response);
  }
  // What a dry run of a picture costs.
  std::string dry_run(const std::string& model) {
    Call call{"POST", "/api/v1/images/generations", "live"};
    call.body = fmt::format(R"({{"model":"{}","prompt":"p","dry_run":true}})", model);
    return json::get_string(tree_of(world_.call(std::move(call))).at("quote").as_object(), "credits");
  }
  std::string listed(const std::string& path, const std::string& model) {
    const http::Response response =
        path.starts_with("/admin") ? world_.admin({"GET", path}) : world_.call({"GET", path});
    const json::object tree = tree_of(response);
    for (const json::value& entry : tree.at("data").as_array()) {
      const json::object& one = entry.as_object();
      if (json::get_string(one, "id") == model) return json::get_string(one.at("price").as_object(), "credits");
    }
    return "not there";
  }

  ConsoleWorld world_;
  Browser boss_, owner_;
};

TEST_F(PriceScenarios, EverybodyIsToldTheNewPrice) {
  EXPECT_EQ(dry_run(kFlat), "14.375");
  const std::string etag = header_of(world_.call({"GET", "/openapi.json"}), "ETag");
  set(kFlat, {}, "20.5");
  EXPECT_EQ(dry_run(kFlat), "20.5");
  EXPECT_EQ(listed("/api/v1/models", kFlat), "20.5");
  EXPECT_EQ(listed("/admin/models", kFlat), "20.5");
  EXPECT_EQ(json::get_string(card(owner_, kFlat).at("price").as_object(), "credits"), "20.5");
  const http::Response description = world_.call({"GET", "/openapi.json"});
  EXPECT_NE(header_of(description, "ETag"), etag) << "whoever keeps it asks again";
  const json::object document = *json::parse_object(body_text(description), {.depth = 64, .bytes = 64 << 20});
  const json::object& schema = document.at("components").at("schemas").at(kFlat).as_object();
  EXPECT_THAT(json::get_string(schema, "description"), HasSubstr("20.5 credits for each image"));
  EXPECT_EQ(json::print(schema.at("x-price")), R"({"unit":"image","credits":"20.5","microcredits":20500000})");
}

TEST_F(PriceScenarios, TheDescriptionsDryRunIsToday) {
  const auto example = [this] {
    const http::Response description = world_.call({"GET", "/openapi.json"});
    const json::object document = *json::parse_object(body_text(description), {.depth = 64, .bytes = 64 << 20});
    return document.at("components").at("schemas").at("Quote").at("examples").at(0).as_object();
  };
  const json::object before = example();
  const std::string model = json::get_string(before, "model");
  json::object wish = {{"revision", 0}};
  json::array& tiers = wish["tiers"].emplace_array();
  const json::object shown = card(boss_, model);
  for (const json::value& tier : shown.at("pricing").at("tiers").as_array()) {
    tiers.push_back(json::object{{"when", tier.at("when")}, {"credits", "7.25"}});
  }
  ASSERT_EQ(put(model, wish).status, 200);
  EXPECT_NE(json::get_string(before.at("quote").as_object(), "unit_credits"), "7.25");
  EXPECT_EQ(json::get_string(example().at("quote").as_object(), "unit_credits"), "7.25");
}

TEST_F(PriceScenarios, ATaskKeepsThePriceThatItWasBornWith) {
  const std::int64_t before = world_.balance("studio", ledger::Book::live).available().count();
  const std::string old = world_.submit("live");
  set(kFlat, {}, "100");
  const std::string fresh = world_.submit("live");
  world_.finish(old);
  world_.finish(fresh);
  const auto charged = [this](const std::string& id) {
    return json::get_int(tree_of(world_.ask(boss_, "GET", "/accounts/studio/tasks/" + id)), "captured_microcredits");
  };
  EXPECT_EQ(charged(old), 14'375'000);
  EXPECT_EQ(charged(fresh), 100'000'000);
  EXPECT_EQ(world_.balance("studio", ledger::Book::live).available().count(), before - 114'375'000);
}

TEST_F(PriceScenarios, APreviewTellsAndChangesNothing) {
  const json::object wish = edit(0, {{"resolution", "2k"}}, "12");
  const http::Response response = world_.ask(boss_, "POST", fmt::format("/models/{}/price/preview", kTiered), wish);
  ASSERT_EQ(response.status, 200) << body_text(response);
  const json::object preview = tree_of(response);
  std::string seen;
  for (const json::value& tier : preview.at("tiers").as_array()) {
    seen += fmt::format("{} {}>{} ", json::print(tier.at("when")), tier.at("before_microcredits").as_int64(),
                        tier.at("after_microcredits").as_int64());
  }
  EXPECT_EQ(seen, R"({"resolution":"1k"} 30000000>30000000 {"resolution":"2k"} 50000000>12000000 )"
                  R"({"resolution":"4k"} 80000000>80000000 )");
  EXPECT_FALSE(preview.at("examples").as_array().empty());
  EXPECT_EQ(listed("/api/v1/models", kTiered), "30");
  EXPECT_EQ(revision(kTiered), 0);
}

TEST_F(PriceScenarios, TheMarginIsWhatTheDearestUpstreamLeaves) {
  const http::Response response =
      world_.ask(boss_, "POST", fmt::format("/models/{}/price/preview", kFlat), edit(0, {}, "50"));
  const json::object preview = tree_of(response);
  EXPECT_EQ(json::get_int(preview, "cost_microcredits"), 38'700'000) << "the catalogue's estimate";
  const json::object& tier = preview.at("tiers").at(0).as_object();
  EXPECT_EQ(json::get_int(tier, "before_margin_microcredits"), 14'375'000 - 38'700'000);
  EXPECT_EQ(json::get_int(tier, "after_margin_microcredits"), 50'000'000 - 38'700'000);
  // No upstream of its kind is there: nobody knows, and nothing is made up. The sandbox costs nothing.
  const http::Response other = world_.ask(boss_, "POST", fmt::format("/models/{}/price/preview", kTiered),
                                          edit(0, {{"resolution", "1k"}}, "50"));
  EXPECT_TRUE(tree_of(other).at("cost_microcredits").is_null());
  EXPECT_TRUE(tree_of(other).at("tiers").at(0).at("after_margin_microcredits").is_null());
}

TEST_F(PriceScenarios, CustomersSeeThePriceAndNeitherCostsNorHistory) {
  set(kFlat, {}, "20.5");
  const std::string text = body_text(world_.ask(owner_, "GET", std::string("/models/") + kFlat));
  EXPECT_THAT(text, HasSubstr("\"20.5\""));
  EXPECT_THAT(text, HasSubstr("\"pricing\":null"));
  for (const char* word : {"boss@example.org", "secret-vendor", "cost_microcredits", "38700000", "catalogue_credits"}) {
    EXPECT_THAT(text, Not(HasSubstr(word)));
  }
  EXPECT_EQ(error_code(world_.ask(owner_, "PUT", std::string("/models/") + kFlat + "/price", edit(1, {}, "1"))), 10006);
}

TEST_F(PriceScenarios, WhatIsWrongIsNamed) {
  const auto tiers = [](const std::string& text) { return fmt::format(R"({{"revision":0,"tiers":{}}})", text); };
  const struct {
    std::string body;
    int code;
    const char* sentence;
  } rows[] = {
      {"{", 20001, "JSON"},
      {R"({"revision":0})", 20002, "Missing required parameter: tiers"},
      {R"({"tiers":[{"when":{"resolution":"1k"},"credits":"1"}]})", 20002, "Missing required parameter: revision"},
      {R"({"revision":"0","tiers":[]})", 20003, "revision must be a whole number"},
      {R"({"revision":0,"tiers":[],"reason":"x"})", 20003, "reason"},
      {tiers("[]"), 20003, "tiers must be a list of 1 to 3"},
      {tiers("{}"), 20003, "tiers must be a list of 1 to 3"},
      {tiers("[1]"), 20003, "tiers[0] must be an object with when and credits"},
      {tiers(R"([{"when":{"resolution":"1k"},"credits":"1","unit":"x"}])"), 20003, "tiers[0] must be"},
      {tiers(R"([{"when":{"resolution":"8k"},"credits":"1"}])"), 20003, "tiers[0].when must be that of a tier"},
      {tiers(R"([{"credits":"1"}])"), 20003, "tiers[0].when must be that of a tier"},
      {tiers(R"([{"when":{},"credits":"1"}])"), 20003, "tiers[0].when must be that of a tier"},
      {tiers(R"([{"when":{"resolution":"1k"},"credits":"1"},{"when":{"resolution":"1k"},"credits":"2"}])"), 20003,
       "tiers[1].when must be another tier's"},
      {tiers(R"([{"when":{"resolution":"1k"}}])"), 20003, "tiers[0].credits must be credits from 0 to 90071992"},
      {tiers(R"([{"when":{"resolution":"1k"},"credits":1.5}])"), 20003, "tiers[0].credits must be"},
      {tiers(R"([{"when":{"resolution":"1k"},"credits":"-1"}])"), 20003, "tiers[0].credits must be"},
      {tiers(R"([{"when":{"resolution":"1k"},"credits":"1e3"}])"), 20003, "tiers[0].credits must be"},
      {tiers(R"([{"when":{"resolution":"1k"},"credits":"1.0000001"}])"), 20003, "tiers[0].credits must be"},
      {tiers(R"([{"when":{"resolution":"1k"},"credits":"90071992.000001"}])"), 20003, "tiers[0].credits must be"},
  };
  for (const auto& row : rows) {
    const http::Response refused = world_.send("PUT", fmt::format("/models/{}/price", kTiered),
                                               {{"Cookie", fmt::format("{}={}", people::kSessionCookie, boss_.cookie)},
                                                {"Host", "console.example.org"},
                                                {"Origin", ConsoleWorld::kOrigin},
                                                {"Content-Type", "application/json"},
                                                {"X-CSRF-Token", boss_.csrf}},
                                               row.body);
    EXPECT_EQ(error_code(refused), row.code) << row.body;
    EXPECT_THAT(body_text(refused), HasSubstr(row.sentence)) << row.body;
  }
  EXPECT_EQ(error_code(put("nothing", edit(0, {}, "1"))), 40008);
  EXPECT_EQ(listed("/api/v1/models", kTiered), "30");
  EXPECT_EQ(put(kTiered, edit(0, {{"resolution", "1k"}}, "90071992")).status, 200) << "the bound itself";
}

TEST_F(PriceScenarios, WhoHasNotSeenTheLatestPriceChangesNothing) {
  set(kFlat, {}, "20");
  EXPECT_EQ(error_code(put(kFlat, edit(0, {}, "30"))), 40005);
  EXPECT_EQ(listed("/api/v1/models", kFlat), "20");
  EXPECT_EQ(put(kFlat, edit(1, {}, "30")).status, 200);
}

TEST_F(PriceScenarios, EveryChangeIsInTheHistoryAndInTheLog) {
  set(kFlat, {}, "20");
  set(kFlat, {}, "20");  // the same
  world_.advance(seconds(5));
  set(kFlat, {}, "14.375");
  const json::object pricing = card(boss_, kFlat).at("pricing").as_object();
  EXPECT_EQ(json::get_int(pricing, "revision"), 2);
  const json::array& history = pricing.at("history").as_array();
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(json::print(history[0].at("before")), R"({"all":"20"})");
  EXPECT_EQ(json::print(history[0].at("after")), R"({"all":"14.375"})");
  EXPECT_EQ(json::get_string(history[1].as_object(), "by"), "boss@example.org");
  EXPECT_LT(json::get_string(history[1].as_object(), "at"), json::get_string(history[0].as_object(), "at"));
  std::vector<std::string> noted;
  for (const people::AuditRow& row : world_.deeds()) {
    if (row.deed.action == "price.change") noted.push_back(row.deed.target + row.deed.before + row.deed.after);
  }
  EXPECT_THAT(noted, ::testing::UnorderedElementsAre(std::string(kFlat) + R"({"all":"14.375"}{"all":"20"})",
                                                     std::string(kFlat) + R"({"all":"20"}{"all":"14.375"})"));
}

TEST_F(PriceScenarios, TheHistoryIsBounded) {
  for (std::size_t i = 0; i < usecase::kPriceChangesKept + 3; ++i) set(kFlat, {}, fmt::format("{}", i + 100));
  const usecase::PriceHistory history = world_.prices.history(kFlat);
  EXPECT_EQ(history.changes.size(), usecase::kPriceChangesKept);
  EXPECT_EQ(history.revision, static_cast<std::int64_t>(usecase::kPriceChangesKept) + 3);
  EXPECT_EQ(json::print(history.changes[0].at("after")), R"({"all":"152"})");
}

TEST_F(PriceScenarios, ARestartFindsWhatWasSetAndAPriceOfTheFileFollowsTheFile) {
  set(kFlat, {}, "20");
  set(kTiered, {{"resolution", "1k"}}, "31");
  set(kTiered, {{"resolution", "2k"}}, "51");
  set(kTiered, {{"resolution", "1k"}}, "30");  // the file's own again
  catalog::Catalog files = catalog::load_catalog("").value();
  usecase::ManagePrices restarted(*world_.store, files, world_.clock);
  ASSERT_TRUE(world_.wait(restarted.load(world_.loop)));
  EXPECT_EQ(files.find(kFlat)->price.lowest().text(), "20");
  EXPECT_EQ(json::print(restarted.history(kFlat).changes), json::print(world_.prices.history(kFlat).changes));
  EXPECT_EQ(restarted.history(kTiered).revision, 3);
  const auto settings = world_.ApiWorld::ask<std::vector<store::Setting>>(
      [&](auto done) { world_.store->list_settings(std::move(done)); });
  for (const store::Setting& setting : settings.value()) {
    if (setting.name != std::string("prices/") + kTiered + "/now") continue;
    EXPECT_EQ(setting.value, R"([{"when":{"resolution":"2k"},"credits":"51"}])");
  }
}

// A later release may have another table, and anybody may have been at the store.
TEST_F(PriceScenarios, WhatTheStoreHasAndTheFilesDoNotIsLeftOut) {
  std::vector<store::Setting> settings;
  const auto keep = [&](const char* name, const char* value) { settings.push_back({name, value}); };
  keep("prices/gone-model/now", R"([{"when":{},"credits":"1"}])");
  keep("prices/gpt-image-2/now",
       R"([{"when":{"resolution":"9k"},"credits":"1"},{"when":{"resolution":"1k"},"credits":"1"},7,)"
       R"({"when":{"resolution":"2k"},"credits":"-1"},{"when":{"resolution":"4k"},"credits":"99999999999"}])");
  keep("prices/gpt-image-2/history", "no JSON");
  keep("prices/gemini-2.5-flash-image-preview/now", R"({"credits":"1"})");
  keep("prices/", "[]");
  keep("prices/now", "[]");
  const auto kept =
      world_.ApiWorld::ask<void>([&](auto done) { world_.store->put_settings(settings, std::move(done)); });
  ASSERT_TRUE(kept);
  catalog::Catalog files = catalog::load_catalog("").value();
  usecase::ManagePrices restarted(*world_.store, files, world_.clock);
  ASSERT_TRUE(world_.wait(restarted.load(world_.loop)));
  EXPECT_EQ(files.find(kTiered)->price.lowest().text(), "1");
  EXPECT_EQ(files.find(kTiered)->price.highest().text(), "80");
  EXPECT_EQ(files.find(kFlat)->price.lowest().text(), "14.375");
  EXPECT_EQ(restarted.history(kTiered).revision, 0);
}

TEST_F(PriceScenarios, TwoChangesAtOnceAreOne) {
  std::vector<Result<usecase::PriceChange>> answers;
  for (const char* credits : {"20", "30"}) {
    usecase::PriceEdit edit{kFlat, {{0, MicroCredits::parse_credits(credits).value()}}, 0, ""};
    world_.prices.change(edit, [&](Result<usecase::PriceChange> answer) { answers.push_back(std::move(answer)); });
  }
  world_.settle();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_FALSE(answers[0]) << "the second, which is refused at once";
  EXPECT_EQ(answers[0].error().code, Code::conflict);
  EXPECT_TRUE(answers[1]);
  EXPECT_EQ(listed("/api/v1/models", kFlat), "20");
}

}  // namespace
}  // namespace darkroom::test
