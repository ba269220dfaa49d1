#include <gmock/gmock.h>

#include "tests/conformance/store_conformance.h"

namespace darkroom::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_P(StoreConformance, SettingsAreReplacedAndOutliveTheStore) {
  const auto put = [&](std::vector<store::Setting> settings) {
    return ask<void>([&](auto done) { store_->put_settings(settings, std::move(done)); });
  };
  const auto list = [&] {
    std::vector<std::string> shown;
    const auto settings =
        ask<std::vector<store::Setting>>([&](auto done) { store_->list_settings(std::move(done)); }).value();
    for (const store::Setting& setting : settings) shown.push_back(setting.name + "=" + setting.value);
    return shown;
  };
  EXPECT_THAT(list(), IsEmpty());
  ASSERT_TRUE(put({{"b", "1"}, {"a", R"({"of":["b"]})"}}).has_value());
  EXPECT_THAT(list(), ElementsAre(R"(a={"of":["b"]})", "b=1"));
  ASSERT_TRUE(put({{"b", "null"}, {"c", "true"}}).has_value());
  ASSERT_TRUE(put({}).has_value());
  reopen();
  EXPECT_THAT(list(), ElementsAre(R"(a={"of":["b"]})", "b=null", "c=true"));
}

}  // namespace
}  // namespace darkroom::test
