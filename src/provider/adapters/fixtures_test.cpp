// Runs every fixture of tests/provider/<kind>/ through its adapter; tests/support/adapter_fixtures.h has the form.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "provider/adapters/registry.h"
#include "tests/support/adapter_fixtures.h"
#include "tests/support/repository.h"

namespace darkroom::provider {
namespace {

namespace fs = std::filesystem;

struct Fixture {
  std::string kind;
  fs::path file;
};

std::ostream& operator<<(std::ostream& stream, const Fixture& fixture) {
  return stream << fixture.kind << "/" << fixture.file.filename().string();
}

std::vector<Fixture> list_fixtures() {
  std::vector<Fixture> fixtures;
  for (const std::string& kind : built_in_adapters().kinds()) {
    const fs::path folder = test::repository_root() / "tests/provider" / kind;
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".json") fixtures.push_back({kind, entry.path()});
    }
  }
  std::ranges::sort(fixtures, {}, &Fixture::file);
  return fixtures;
}

class AdapterFixture : public ::testing::TestWithParam<Fixture> {};

TEST_P(AdapterFixture, Holds) {
  const Adapter* adapter = built_in_adapters().find(GetParam().kind);
  ASSERT_NE(adapter, nullptr);
  test::check_fixture(GetParam().file, *adapter);
}

std::string print_name(const ::testing::TestParamInfo<Fixture>& info) {
  std::string name = fmt::format("{}_{}", info.param.kind, info.param.file.stem().string());
  std::ranges::replace_if(name, [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, AdapterFixture, ::testing::ValuesIn(list_fixtures()), print_name);

TEST(Fixtures, EveryAdapterHasSome) {
  const std::vector<Fixture> fixtures = list_fixtures();
  for (const std::string& kind : built_in_adapters().kinds()) {
    const auto count = std::ranges::count(fixtures, kind, &Fixture::kind);
    RecordProperty(kind, static_cast<int>(count));
    EXPECT_GT(count, 0) << "tests/provider/" << kind << " is empty";
  }
}

}  // namespace
}  // namespace darkroom::provider
