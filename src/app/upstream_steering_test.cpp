#include "app/upstream_steering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace darkroom::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> texts(const std::vector<store::Setting>& settings) {
  std::vector<std::string> shown;
  for (const store::Setting& setting : settings) shown.push_back(setting.name + "=" + setting.value);
  return shown;
}

TEST(UpstreamSteering, WritesARowForEachThingThatChanges) {
  EXPECT_THAT(texts(print_change("google", {})), IsEmpty());
  EXPECT_THAT(texts(print_change("google", {.is_drained = true})), ElementsAre("upstreams/google/drained=true"));
  EXPECT_THAT(texts(print_change("google", {.is_drained = false, .weight = {{7}}})),
              ElementsAre("upstreams/google/drained=false", "upstreams/google/weight=7"));
  EXPECT_THAT(texts(print_change("google", {.probe = "always"})), ElementsAre("upstreams/google/probe=always"));
  api::UpstreamChange lifted;
  lifted.weight.emplace();
  EXPECT_THAT(texts(print_change("google", lifted)), ElementsAre("upstreams/google/weight=null"));
}

TEST(UpstreamSteering, ReadsWhatItHasWrittenAndNothingElse) {
  std::vector<store::Setting> settings = print_change("google", {.is_drained = true, .weight = {{7}}, .probe = "off"});
  for (const char* other : {"sandbox/gemini", "resumed"}) {
    for (store::Setting& setting : print_change(other, {.is_drained = *other == 's'})) settings.push_back(setting);
  }
  settings.push_back({"upstreams/odd/weight", "many"});
  settings.push_back({"upstreams/odd/probe", "sometimes"});
  settings.push_back({"upstreams/", "true"});
  settings.push_back({"theme", "\"dark\""});
  const UpstreamSettings found = read_upstream_settings(settings);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_TRUE(found.at("google").is_drained);
  EXPECT_EQ(found.at("google").weight, 7U);
  EXPECT_EQ(found.at("google").probe, engine::ProbePolicy::off);
  EXPECT_TRUE(found.at("sandbox/gemini").is_drained);
  EXPECT_FALSE(found.at("resumed").is_drained);
  EXPECT_FALSE(found.at("odd").weight);
  EXPECT_FALSE(found.at("odd").probe);
}

TEST(UpstreamSteering, AProbeIsOneOfThreeAndNeedsAFreeCall) {
  const usecase::RoutePlanner planner({{"google", "gemini"}, {"fal", "fal"}, {"local", "ffmpeg"}}, {});
  struct Row {
    const char* upstream;
    const char* probe;
    const char* refusal;  // empty: none
  };
  for (const Row& row : {Row{"google", "always", ""}, Row{"google", "recovery", ""}, Row{"fal", "off", ""},
                         Row{"local", "off", ""}, Row{"google", "sometimes", "probe must be off, recovery or always"},
                         Row{"fal", "recovery", "probe must be off: upstreams of kind fal have no free call"},
                         Row{"local", "always", "probe must be off: upstreams of kind ffmpeg have no free call"},
                         Row{"nobody", "off", "No upstream nobody"}}) {
    const Status checked = check_change(planner, row.upstream, {.probe = row.probe});
    EXPECT_EQ(checked ? "" : checked.error().message, row.refusal);
  }
}

}  // namespace
}  // namespace darkroom::app
