// What an upstream's base_url and keys may be.
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "app/config.h"
#include "tests/support/service_account_file.h"
#include "tests/support/temporary_folder.h"

namespace darkroom::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ConfigUpstreams : public ::testing::Test {
 protected:
  std::string write(const std::string& name, std::string_view text) {
    std::string path = folder_.write(name, text);
    chmod(path.c_str(), 0600);
    return path;
  }
  ConfigSources from_file(std::string_view text) {
    ConfigSources sources;
    sources.file = write("darkroom.toml", text);
    return sources;
  }
  static Config load(const ConfigSources& sources) {
    auto config = load_config(sources);
    if (config) return *std::move(config);
    ADD_FAILURE() << fmt::format("{}", fmt::join(config.error(), "\n"));
    return {};
  }

  test::TemporaryFolder folder_;
};

TEST_F(ConfigUpstreams, AHostAloneGetsTheVendorsPath) {
  struct Row {
    const char* kind;
    const char* given;
    const char* base_url;
  };
  for (const Row& row : {Row{"openai", "http://127.0.0.1:9", "http://127.0.0.1:9/v1"},
                         Row{"openai", "http://127.0.0.1:9/", "http://127.0.0.1:9/v1"},
                         Row{"openai", "http://127.0.0.1:9/v2", "http://127.0.0.1:9/v2"},
                         Row{"openrouter", "http://relay", "http://relay/api/v1"},
                         Row{"openai-compatible", "", "http://127.0.0.1:1234/v1"},
                         Row{"gemini", "http://127.0.0.1:9", "http://127.0.0.1:9"},
                         Row{"vertex", "https://h/v1/projects/p/locations/l", "https://h/v1/projects/p/locations/l"}}) {
    std::string text = fmt::format("[upstreams.a]\nkind=\"{}\"\napi_keys=[\"k\"]\n", row.kind);
    if (*row.given != 0) text += fmt::format("base_url=\"{}\"\n", row.given);
    EXPECT_EQ(load(from_file(text)).upstreams.at("a").base_url, row.base_url) << row.kind << row.given;
  }
}

TEST_F(ConfigUpstreams, AServiceAccountsKeyFileIsOneKey) {
  const std::string key_file = test::ServiceAccountFile("https://oauth2.example/token").text();
  ConfigSources sources;
  sources.environment = {{"DARKROOM_UPSTREAMS_VERTEX_API_KEYS_FILE", write("vertex.json", key_file + "\n")}};
  Config config = load(sources);
  EXPECT_EQ(config.upstreams.at("vertex").kind, "vertex");
  EXPECT_THAT(config.upstreams.at("vertex").api_keys, ElementsAre(Secret(key_file)));
  EXPECT_THAT(print_config(config), Not(HasSubstr("PRIVATE KEY")));

  sources = from_file("[upstreams.vertex]\napi_keys = [\"${KEY_FILE}\"]\n");
  sources.environment["KEY_FILE"] = key_file;
  EXPECT_THAT(load(sources).upstreams.at("vertex").api_keys, ElementsAre(Secret(key_file)));
  sources.environment["KEY_FILE"] = "{\"client_email\":\"x\"}";
  const auto refused = load_config(sources);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), ElementsAre(HasSubstr("upstreams.vertex.api_keys: the key file of a service account")));
}

TEST_F(ConfigUpstreams, AreProbedInRecoveryWhereThatIsFree) {
  struct Row {
    const char* kind;
    const char* given;
    engine::ProbePolicy probe;
  };
  using enum engine::ProbePolicy;
  for (const Row& row :
       {Row{"gemini", "", recovery}, Row{"gemini", "probe=\"off\"", off}, Row{"openai", "probe=\"always\"", always},
        Row{"fal", "", off}, Row{"vertex", "", off}, Row{"fal", "probe=\"off\"", off}}) {
    const std::string text = fmt::format("[upstreams.a]\nkind=\"{}\"\napi_keys=[\"k\"]\n{}\n", row.kind, row.given);
    EXPECT_EQ(load(from_file(text)).upstreams.at("a").probe, row.probe) << text;
  }
}

TEST_F(ConfigUpstreams, WhatCannotBeAskedForNothingIsRefused) {
  struct Row {
    const char* kind;
    const char* given;
    const char* mistake;
  };
  for (const Row& row :
       {Row{"fal", "probe=\"always\"", "upstreams.a.probe: must be \"off\": an upstream of kind \"fal\" has no call"},
        Row{"vertex", "probe=\"recovery\"", "upstreams.a.probe: must be \"off\""},
        Row{"gemini", "probe=\"sometimes\"", "upstreams.a.probe: must be"},
        Row{"openai", "balance_path=\"/b\"\nbalance_field=\"/x\"", "upstreams.a.balance_unit: is missing"},
        Row{"openai", "balance_path=\"b\"\nbalance_field=\"/x\"\nbalance_unit=\"USD\"",
            "upstreams.a.balance_path: must be a path"},
        Row{"openai", "balance_path=\"/b\"\nbalance_field=\"x\"\nbalance_unit=\"USD\"",
            "upstreams.a.balance_field: must be a JSON pointer"},
        Row{"openai", "balance_path=\"/b\"\nbalance_field=\"/x\"\nbalance_unit=\"US D\"",
            "upstreams.a.balance_unit: must be at most 16"},
        Row{"fal", "balance_unit=\"USD\"", "upstreams.a.balance_unit: must not be set"}}) {
    const std::string text = fmt::format("[upstreams.a]\nkind=\"{}\"\napi_keys=[\"k\"]\n{}\n", row.kind, row.given);
    const auto refused = load_config(from_file(text));
    ASSERT_FALSE(refused) << text;
    EXPECT_THAT(refused.error(), ElementsAre(HasSubstr(row.mistake))) << text;
  }
  const Config config = load(
      from_file("[upstreams.a]\nkind=\"openai\"\napi_keys=[\"k\"]\nbalance_path=\"/v1/b\"\nbalance_field=\"/data/0\"\n"
                "balance_unit=\"CNY\"\n"));
  EXPECT_EQ(config.upstreams.at("a").balance.field, "/data/0");
}

TEST_F(ConfigUpstreams, ThisMachineNeedsNeitherAddressNorKeys) {
  const Config config = load(from_file("[upstreams.local]\n[upstreams.second]\nkind=\"ffmpeg\"\nconcurrency=3\n"));
  const UpstreamConfig& local = config.upstreams.at("local");
  EXPECT_EQ(local.kind, "ffmpeg");
  EXPECT_EQ(local.concurrency, 1U);
  EXPECT_EQ(local.timeout_seconds, 3600U);
  EXPECT_EQ(config.upstreams.at("second").concurrency, 3U);
  for (const char* setting : {"base_url=\"http://127.0.0.1:9\"", "api_keys=[\"k\"]", "key_concurrency=1",
                              "requests_per_minute=1", "polls_per_second=1", "concurrency=65"}) {
    const auto refused = load_config(from_file(fmt::format("[upstreams.local]\nkind=\"ffmpeg\"\n{}\n", setting)));
    ASSERT_FALSE(refused) << setting;
    const std::string key(setting, std::string_view(setting).find('='));
    EXPECT_THAT(refused.error(), ElementsAre(HasSubstr(fmt::format("upstreams.local.{}: must", key)))) << setting;
  }
}

}  // namespace
}  // namespace darkroom::app
