#include "usecase/route_planner.h"

#include <gtest/gtest.h>

namespace darkroom::usecase {
namespace {

using Upstreams = std::vector<RoutePlanner::Upstream>;

catalog::ModelSpec model() {
  catalog::ModelSpec spec;
  spec.id = "heron-1";
  spec.routes.resize(2);
  spec.routes[0].provider = "gemini";
  spec.routes[0].wire_model = "heron-wire";
  spec.routes[0].repeat_unknown = true;
  spec.routes[0].call_cost = MicroCredits::from_count(5);
  spec.routes[1].provider = "openai";
  spec.routes[1].wire_model = "heron-other";
  return spec;
}

// The upstreams' names in order, or the name of the error's code.
std::string names(const Result<std::vector<task::Route>>& routes) {
  if (!routes) return std::string(info(routes.error().code).name);
  std::string text;
  for (const task::Route& route : *routes) text += (text.empty() ? "" : " ") + route.upstream + ":" + route.wire_model;
  return text;
}

TEST(RoutePlanner, ChoosesUpstreamsByBookAndPreference) {
  const Upstreams sandbox = {{"sandbox", "gemini", true}};
  Upstreams real = {{"b", "openai"}, {"a", "gemini"}, {"c", "gemini"}};
  real.push_back(sandbox.front());
  struct Row {
    const char* name;
    Upstreams upstreams;
    std::vector<std::string> preferred;
    const char* live;
    const char* test;
  };
  const Row rows[] = {
      {"nothing configured", sandbox, {}, "sandbox:heron-wire", "sandbox:heron-wire"},
      {"order of the catalogue", real, {}, "a:heron-wire c:heron-wire b:heron-other", "sandbox:heron-wire"},
      {"order of the operator", real, {"c", "b"}, "c:heron-wire b:heron-other", "sandbox:heron-wire"},
      {"only other models", {{"d", "flux"}, sandbox.front()}, {}, "unknown_model", "sandbox:heron-wire"},
      {"preference without offer", {{"d", "flux"}, sandbox.front()}, {"d"}, "unknown_model", "sandbox:heron-wire"},
      {"the sandbox is never preferred", real, {"sandbox"}, "unknown_model", "sandbox:heron-wire"},
      {"preference without upstreams", sandbox, {"a"}, "sandbox:heron-wire", "sandbox:heron-wire"},
  };
  SeededRandom random(1);
  for (const Row& row : rows) {
    std::map<std::string, std::vector<std::string>, std::less<>> preferred;
    if (!row.preferred.empty()) preferred["heron-1"] = row.preferred;
    const RoutePlanner planner(row.upstreams, preferred);
    EXPECT_EQ(names(planner.plan(model(), 0, ledger::Book::live, random)), row.live) << row.name;
    EXPECT_EQ(names(planner.plan(model(), 0, ledger::Book::test, random)), row.test) << row.name;
  }
}

TEST(RoutePlanner, KeepsWhatTheCatalogueSaysOfARoute) {
  const RoutePlanner planner({{"a", "gemini"}}, {});
  SeededRandom random(1);
  const auto routes = planner.plan(model(), 0, ledger::Book::live, random).value();
  EXPECT_TRUE(routes.at(0).repeat_unknown);
  EXPECT_EQ(routes.at(0).call_cost.count(), 5);
}

TEST(RoutePlanner, NeighboursWithWeightsShareTheWork) {
  const Upstreams upstreams = {
      {"first", "gemini"}, {"a", "gemini", false, 3}, {"b", "gemini", false, 1}, {"last", "openai"}};
  const RoutePlanner planner(upstreams, {});
  SeededRandom random(7);
  std::map<std::string, int> seen;
  constexpr int kTasks = 4000;
  for (int i = 0; i < kTasks; ++i) ++seen[names(planner.plan(model(), 0, ledger::Book::live, random))];
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_NEAR(seen["first:heron-wire a:heron-wire b:heron-wire last:heron-other"], kTasks * 3 / 4, kTasks / 40);
  EXPECT_GT(seen["first:heron-wire b:heron-wire a:heron-wire last:heron-other"], 0);
}

TEST(RoutePlanner, AWeightThatIsChangedHoldsForTheTasksToComeUntilItIsLifted) {
  RoutePlanner planner({{"a", "gemini", false, 3}, {"b", "gemini"}}, {});
  SeededRandom random(7);
  const auto first = [&] { return planner.plan(model(), 0, ledger::Book::live, random).value().front().upstream; };
  const auto firsts_of_b = [&] {
    int count = 0;
    for (int i = 0; i < 400; ++i) count += first() == "b" ? 1 : 0;
    return count;
  };
  EXPECT_EQ(firsts_of_b(), 0);
  ASSERT_TRUE(planner.set_weight("b", 9));
  EXPECT_EQ(planner.find_weight("b"), 9U);
  EXPECT_NEAR(firsts_of_b(), 300, 50);
  ASSERT_TRUE(planner.set_weight("a", 0));
  EXPECT_EQ(firsts_of_b(), 0);
  ASSERT_TRUE(planner.set_weight("a", {}));
  EXPECT_EQ(planner.find_weight("a"), 3U);
  EXPECT_NEAR(firsts_of_b(), 300, 50);
  EXPECT_FALSE(planner.set_weight("c", 1));
  EXPECT_FALSE(planner.find_weight("c"));
}

}  // namespace
}  // namespace darkroom::usecase
