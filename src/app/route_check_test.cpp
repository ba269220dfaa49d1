#include "app/route_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace darkroom::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RouteCheck, RoutesNameModelsAndUpstreamsThatFit) {
  catalog::ModelSpec model;
  model.id = "lighthouse-1";
  model.routes.push_back({.provider = "gemini", .wire_model = "w", .call_cost = {}});
  const catalog::Catalog catalog({model});

  Config config;
  config.upstreams["google"].kind = "gemini";
  config.upstreams["other"].kind = "someone";
  config.routes["lighthouse-1"] = {"google"};
  EXPECT_THAT(check_routes(config, catalog), IsEmpty());

  config.routes["lighthouse-1"] = {"google", "other"};
  config.routes["lighthose-1"] = {"google"};
  config.origins["routes.lighthose-1"] = "file darkroom.toml:7:3";
  EXPECT_THAT(
      check_routes(config, catalog),
      ElementsAre(
          "darkroom.toml:7:3: routes.lighthose-1: the catalogue has no such model; did you mean \"lighthouse-1\"?",
          "routes.lighthouse-1: upstream \"other\" is of kind \"someone\", which does not "
          "offer this model"));
}

TEST(RouteCheck, PassesOverWhatIsAMistakeAlready) {
  const auto catalog = catalog::load_catalog("");
  ASSERT_TRUE(catalog);
  Config config;
  config.upstreams["kindless"] = {};
  config.routes["veo3.1-fast"] = {"kindless", "absent"};
  EXPECT_THAT(check_routes(config, *catalog), IsEmpty());
}

TEST(RouteCheck, TheBuiltInCatalogueIsRight) {
  const auto catalog = catalog::load_catalog("");
  ASSERT_TRUE(catalog);
  EXPECT_THAT(check_routes(Config{}, *catalog), IsEmpty());
}

}  // namespace
}  // namespace darkroom::app
