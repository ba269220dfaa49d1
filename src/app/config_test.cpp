#include "app/config.h"

#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "app/config_keys.h"
#include "app/config_value.h"
#include "app/nearest.h"
#include "tests/support/repository.h"
#include "tests/support/temporary_folder.h"

namespace darkroom::app {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class ConfigTest : public ::testing::Test {
 protected:
  std::string write(const std::string& name, std::string_view text, mode_t mode = 0600) {
    std::string path = folder_.write(name, text);
    chmod(path.c_str(), mode);
    return path;
  }

  ConfigSources from_file(std::string_view text) {
    ConfigSources sources;
    sources.file = write("darkroom.toml", text);
    return sources;
  }

  // Loads what must be right.
  static Config load(const ConfigSources& sources) {
    auto config = load_config(sources);
    if (!config) {
      ADD_FAILURE() << fmt::format("{}", fmt::join(config.error(), "\n"));
      return {};
    }
    return *std::move(config);
  }

  // The errors of what must be wrong, without the folder.
  std::vector<std::string> errors(const ConfigSources& sources) {
    auto config = load_config(sources);
    if (config) {
      ADD_FAILURE() << "accepted";
      return {};
    }
    const std::string prefix = folder_.file("");
    for (std::string& line : config.error()) {
      for (std::size_t at = line.find(prefix); at != std::string::npos; at = line.find(prefix))
        line.erase(at, prefix.size());
    }
    return config.error();
  }

  test::TemporaryFolder folder_;
};

TEST_F(ConfigTest, SaysNothingMeansDefaultsAndTheSandbox) {
  const Config config = load({});
  EXPECT_EQ(config.server.listen, "127.0.0.1:8080");
  EXPECT_EQ(config.store.url, "sqlite:data/darkroom.db");
  EXPECT_EQ(config.media.retention, std::chrono::hours(168));
  EXPECT_EQ(config.limits.queued_tasks, 10'000U);
  EXPECT_EQ(config.fetch.image_pixels, 67'108'864U);
  EXPECT_EQ(config.admin_socket_path(), "data/darkroom.sock");
  EXPECT_THAT(config.upstreams, IsEmpty());
  EXPECT_THAT(config.origins, IsEmpty());
}

TEST_F(ConfigTest, ReadsEverythingThatTheDocumentationShows) {
  ConfigSources sources = from_file(R"(
[server]
listen = "[::1]:0"
public_url = "https://img.example.org/"
threads = 4
[store]
url = "memory:"
[media]
url = "file:/srv/media"
retention = "36h"
[limits]
submits_per_minute = 60
[fetch]
allow = ["127.0.0.1/32:9000", "fd00::/8", "[fd01::/16]:8443"]
[retry]
attempts = 1
[tasks]
cancel_running = "refuse"
[log]
level = "warn"
format = "json"
[upstreams.my-vendor]
kind = "gemini"
base_url = "http://10.0.0.7:9090/vertex/"
api_keys = ["one", "${SECOND}"]
concurrency = 8
breaker_failures = 0
[routes]
"gemini-2.5-flash-image-preview" = ["my-vendor"]
)");
  sources.environment["SECOND"] = "two";
  const Config config = load(sources);
  EXPECT_EQ(config.server.public_url, "https://img.example.org");
  EXPECT_EQ(config.media_path(), "/srv/media");
  EXPECT_EQ(config.media.retention, std::chrono::hours(36));
  EXPECT_EQ(config.database_path(), "");
  EXPECT_THAT(config.fetch.allow, SizeIs(3));
  EXPECT_EQ(config.tasks.cancel_running, CancelRunning::refuse);
  EXPECT_EQ(config.log.level, log::Level::warn);
  EXPECT_EQ(config.log.format, log::Format::json);
  const UpstreamConfig& upstream = config.upstreams.at("my-vendor");
  EXPECT_EQ(upstream.base_url, "http://10.0.0.7:9090/vertex");
  EXPECT_THAT(upstream.api_keys, ElementsAre(Secret("one"), Secret("two")));
  EXPECT_EQ(upstream.timeout_seconds, 300U);
  EXPECT_EQ(upstream.breaker_failures, 0U);
  EXPECT_THAT(config.routes.at("gemini-2.5-flash-image-preview"), ElementsAre("my-vendor"));
}

TEST_F(ConfigTest, FlagsWinThenEnvironmentThenFile) {
  ConfigSources sources = from_file("[server]\nlisten = \"127.0.0.1:1\"\nthreads = 1\n[log]\nlevel = \"debug\"\n");
  sources.environment = {
      {"DARKROOM_SERVER_LISTEN", "127.0.0.1:2"}, {"DARKROOM_SERVER_THREADS", "2"}, {"DARKROOM_LOG_LEVEL", ""}};
  sources.flags = {{"server.listen", "--listen", "127.0.0.1:3"}};
  const Config config = load(sources);
  EXPECT_EQ(config.server.listen, "127.0.0.1:3");
  EXPECT_EQ(config.origins.at("server.listen"), "flag --listen");
  EXPECT_EQ(config.server.threads, 2U);
  EXPECT_EQ(config.origins.at("server.threads"), "environment DARKROOM_SERVER_THREADS");
  EXPECT_EQ(config.log.level, log::Level::debug) << "an empty variable counts as unset";
  EXPECT_THAT(config.origins.at("log.level"), EndsWith("darkroom.toml:5:9"));
}

TEST_F(ConfigTest, DataMovesTheDefaultsOnly) {
  ConfigSources sources = from_file("[media]\nurl = \"file:/srv/media\"\n");
  sources.data_dir = "/var/lib/darkroom";
  Config config = load(sources);
  EXPECT_EQ(config.store.url, "sqlite:/var/lib/darkroom/darkroom.db");
  EXPECT_EQ(config.media.url, "file:/srv/media");
  EXPECT_EQ(config.admin_socket_path(), "/var/lib/darkroom/darkroom.sock");

  sources.environment = {{"DARKROOM_DATA", "/elsewhere"}, {"DARKROOM_STORE_URL", "sqlite:/db/images.db"}};
  config = load(sources);
  EXPECT_EQ(config.data_dir, "/var/lib/darkroom");
  EXPECT_EQ(config.admin_socket_path(), "/db/darkroom.sock");

  sources.data_dir.clear();
  EXPECT_EQ(load(sources).data_dir, "/elsewhere");
}

TEST_F(ConfigTest, FindsTheFileThroughTheEnvironment) {
  ConfigSources sources;
  sources.environment["DARKROOM_CONFIG"] = write("other.toml", "[server]\nthreads = 3\n");
  EXPECT_EQ(load(sources).server.threads, 3U);
  sources.environment["DARKROOM_CONFIG"] = write("empty.toml", "");
  EXPECT_EQ(load(sources).server.threads, 0U);
  sources.environment["DARKROOM_CONFIG"] = folder_.path().string();
  EXPECT_THAT(errors(sources), ElementsAre(EndsWith("is a folder, not a file")));
}

struct WrongFile {
  std::string_view text;
  std::string_view error;  // after the folder
};

TEST_F(ConfigTest, EveryMistakeInAFileHasItsPlaceItsKeyAndWhatIsAllowed) {
  const WrongFile cases[] = {
      {"[server]\nlisten = 8080", "darkroom.toml:2:10: server.listen: must be a string, not 8080"},
      {"[server]\nlisten = \"8080\"", "darkroom.toml:2:10: server.listen: must be HOST:PORT such as"},
      {"[server]\nlisten = \"127.0.0.1:65536\"", "server.listen: must be HOST:PORT"},
      {"[server]\npublic_url = \"ftp://x\"", "server.public_url: must be an http:// or https:// URL"},
      {"[server]\npublic_url = \"https://a@b\"", "server.public_url: must be an http"},
      {"[server]\npublic_url = \"https://a/?x\"", "server.public_url: must be an http"},
      {"[server]\npublic_url = \"https://\"", "server.public_url: must be an http"},
      {"[server]\nthreads = -1", "server.threads: must be a whole number from 0 to 256, not -1"},
      {"[server]\nthreads = \"4\"", "server.threads: must be a whole number from 0 to 256, not \"4\""},
      {"[server]\nthreads = 1.5", "server.threads: must be a whole number from 0 to 256, not a fraction"},
      {"[server]\nthreads = true", "not a truth value"},
      {"[server]\nlisten = 1979-05-27", "not a date"},
      {"[server]\nrole = \"worker\"",
       "server.role: must be \"all\": separate api and worker processes need a shared store"},
      {"[server]\nlissten = \"127.0.0.1:80\"",
       "darkroom.toml:2:1: server.lissten: unknown key; did you mean \"server.listen\"?"},
      {"[sever]\nlisten = \"a:1\"", "darkroom.toml:1:2: sever: unknown section; did you mean \"server\"?"},
      {"listen = \"a:1\"", "darkroom.toml:1:1: listen: unknown section"},
      {"server = 1", "darkroom.toml:1:1: server: must be a section, written [server]"},
      {"[store]\nurl = \"postgres://u:hunter2@h/db\"",
       "store.url: must be \"sqlite:PATH\": PostgreSQL is not in this release"},
      {"[store]\nurl = \"sqlite:\"", "store.url: must be \"sqlite:PATH\" such as"},
      {"[media]\nurl = \"s3://bucket\"", "media.url: must be \"file:FOLDER\": S3 is not in this release"},
      {"[media]\nurl = \"media\"", "media.url: must be \"file:FOLDER\" such as"},
      {"[media]\nretention = \"7 days\"", "media.retention: must be a duration"},
      {"[media]\nretention = \"0s\"", "media.retention: must be a duration"},
      {"[media]\nretention = \"9999d\"", "media.retention: must be a duration"},
      {"[media]\nretention = 7", "media.retention: must be a duration"},
      {"[limits]\nbody_bytes = 10", "limits.body_bytes: must be a whole number from 1024 to 1073741824, not 10"},
      {"[fetch]\nallow = [\"10.0.0.0/33\"]", "fetch.allow: \"10.0.0.0/33\" is no allowed range"},
      {"[fetch]\nallow = [1]", "fetch.allow: must be a list of strings, not a list of other things than strings"},
      {"[retry]\nattempts = 0", "retry.attempts: must be a whole number from 1 to 20, not 0"},
      {"[tasks]\ncancel_running = \"yes\"",
       "tasks.cancel_running: must be one of \"free\", \"charge\", \"refuse\", not \"yes\""},
      {"[log]\nlevel = \"loud\"",
       "log.level: must be one of \"debug\", \"info\", \"warn\", \"error\", \"off\", not \"loud\""},
      {"[upstreams]\ngoogle = 1", "upstreams.google: must be a section, written [upstreams.google]"},
      {"[upstreams.Google]\nkind=\"gemini\"\napi_keys=[\"k\"]",
       "darkroom.toml:1:12: upstreams.Google: the name must be"},
      {"[upstreams.sandbox]\nkind=\"gemini\"\napi_keys=[\"k\"]",
       "upstreams.sandbox: this name belongs to the built-in sandbox"},
      {"[upstreams.a]\nkind=\"gemni\"\napi_keys=[\"k\"]", "upstreams.a.kind: must be one of \""},
      {"[upstreams.a]\napi_keys=[\"k\"]", "darkroom.toml:1:12: upstreams.a.kind: is missing"},
      {"[upstreams.a]\nkind=\"gemini\"", "upstreams.a.api_keys: is missing"},
      {"[upstreams.a]\nkind=\"gemini\"\napi_keys=[]", "upstreams.a.api_keys: must name at least one key"},
      {"[upstreams.a]\nkind=\"gemini\"\napi_keys=[\"a b\"]", "upstreams.a.api_keys: a key is empty or has characters"},
      {"[upstreams.a]\nkind=\"gemini\"\napi_keys=[\"${NO_SUCH}\"]",
       "darkroom.toml:3:10: upstreams.a.api_keys: the environment variable NO_SUCH is not set or empty"},
      {"[upstreams.a]\nkind=\"gemini\"\napi_keys=[\"x${NO_SUCH}\"]",
       "upstreams.a.api_keys: a reference to the environment is"},
      {"[upstreams.a]\nkind=\"gemini\"\napi_key=[\"k\"]",
       "upstreams.a.api_key: unknown key; did you mean \"api_keys\"?"},
      {"[upstreams.a]\nkind=\"gemini\"\napi_keys=[\"k\"]\nbase_url=\"x\"", "upstreams.a.base_url: must be an http"},
      {"[upstreams.google]\napi_keys=[\"k\"]\n[routes]\nm = [\"gogle\"]",
       "darkroom.toml:4:5: routes.m: there is no upstream \"gogle\"; did you mean \"google\"?"},
      {"[routes]\nm = []", "routes.m: must name at least one upstream"},
      {"[routes]\nm = 1", "routes.m: must be a list of strings, not 1"},
      {"[server\n", "darkroom.toml:1:8: not TOML: "},
      {"[server]\nthreads = 1\nthreads = 2", "darkroom.toml:3:"},
  };
  for (const WrongFile& wrong : cases) {
    const auto lines = errors(from_file(wrong.text));
    ASSERT_FALSE(lines.empty()) << wrong.text;
    EXPECT_THAT(lines.front(), HasSubstr(std::string(wrong.error))) << wrong.text;
    EXPECT_THAT(lines.front(), StartsWith("darkroom.toml:")) << wrong.text;
    EXPECT_THAT(lines.front(), ::testing::Not(HasSubstr("hunter2")));
  }
}

TEST_F(ConfigTest, TellsAllMistakesAtOnce) {
  ConfigSources sources =
      from_file("[server]\nthreads = -1\nnope_nope_nope = 1\n[retry]\nattempts = 99\n[upstreams.a]\n");
  sources.environment["DARKROOM_LIMITS_SUBMIT_BURST"] = "many";
  sources.flags = {{"server.listen", "--listen", "here"}};
  EXPECT_THAT(errors(sources), SizeIs(7));
}

TEST_F(ConfigTest, TellsTheMistakesOfAFileFromItsTopToItsEnd) {
  const auto lines = errors(
      from_file("[retry]\nbudget_seconds = -1\nattempts = 99\n[fetch]\nallow = [\"here\", \"10.0.0.0/8\", \"there\"]\n"
                "[catalogue]\n"));
  EXPECT_THAT(lines, ElementsAre(StartsWith("darkroom.toml:2:18: retry.budget_seconds: "),
                                 StartsWith("darkroom.toml:3:12: retry.attempts: "),
                                 ::testing::AllOf(StartsWith("darkroom.toml:5:9: fetch.allow: \"here\""),
                                                  HasSubstr("; \"there\" is no allowed range")),
                                 StartsWith("darkroom.toml:6:2: catalogue: unknown section")));
}

struct WrongVariable {
  std::string name;
  std::string value;
  std::string error;
};

TEST_F(ConfigTest, EveryMistakeInTheEnvironmentNamesItsVariable) {
  const std::string open_file = write("open", "key", 0644);
  const WrongVariable cases[] = {
      {"DARKROOM_SERVER_THREADS", "x",
       "DARKROOM_SERVER_THREADS: server.threads: must be a whole number from 0 to 256, not \"x\""},
      {"DARKROOM_SERVER_LISTN", "x", "DARKROOM_SERVER_LISTN: unknown variable; did you mean DARKROOM_SERVER_LISTEN?"},
      {"DARKROOM_SEVER_LISTEN", "x", "DARKROOM_SEVER_LISTEN: unknown variable; did you mean DARKROOM_SERVER_LISTEN?"},
      {"DARKROOM_CONFG", "x", "DARKROOM_CONFG: unknown variable; did you mean DARKROOM_CONFIG?"},
      {"DARKROOM_CONFIG", "/no/such/file", "/no/such/file: cannot be read: No such file or directory"},
      {"DARKROOM_UPSTREAMS_GOOGLE_API_KEY", "x", "did you mean DARKROOM_UPSTREAMS_GOOGLE_API_KEYS?"},
      {"DARKROOM_UPSTREAMS_NORTH_EAST_KND", "x", "did you mean DARKROOM_UPSTREAMS_NORTH_EAST_KIND?"},
      {"DARKROOM_UPSTREAMS_GOOGLE_CONCURRENCY", "0",
       "upstreams.google.concurrency: must be a whole number from 1 to 10000"},
      {"DARKROOM_UPSTREAMS_GOOGLE_API_KEYS_FILE", "/no/such/file", "/no/such/file: No such file or directory"},
      {"DARKROOM_UPSTREAMS_GOOGLE_API_KEYS_FILE", open_file,
       "holds a secret and everyone may read it (mode 0644): chmod 600"},
      {"DARKROOM_CONSOLE_ENABLED", "yes", "console.enabled: must be true or false, not \"yes\""},
      {"DARKROOM_CONSOLE_OPERATOR_EMAIL", "boss", "console.operator_email: must be an e-mail address, not \"boss\""},
      {"DARKROOM_CONSOLE_OPERATOR_EMAIL", "boss@example.org",
       "console.operator_password: is missing: console.operator_email is set"},
      {"DARKROOM_CONSOLE_OPERATOR_PASSWORD", "short", "it must have at least 10 characters"},
      {"DARKROOM_CONSOLE_OPERATOR_PASSWORD_FILE", open_file, "everyone may read it (mode 0644): chmod 600"},
      {"DARKROOM_ROUTES", "nonsense", "DARKROOM_ROUTES: routes: must be MODEL=UPSTREAM"},
      {"DARKROOM_ROUTES", "m=gone", "DARKROOM_ROUTES: routes.m: there is no upstream \"gone\""},
  };
  for (const WrongVariable& wrong : cases) {
    ConfigSources sources;
    sources.environment[wrong.name] = wrong.value;
    const auto lines = errors(sources);
    ASSERT_FALSE(lines.empty()) << wrong.name;
    EXPECT_THAT(fmt::format("{}", fmt::join(lines, "\n")), HasSubstr(wrong.error)) << wrong.name;
  }
}

TEST_F(ConfigTest, LeavesAnOrchestratorsVariablesAlone) {
  ConfigSources sources;
  sources.environment = {{"DARKROOM_SERVICE_HOST", "10.0.0.1"},
                         {"DARKROOM_PORT", "tcp://10.0.0.1:8080"},
                         {"DARKROOM_PORT_8080_TCP_ADDR", "10.0.0.1"}};
  EXPECT_THAT(load(sources).origins, IsEmpty());
}

TEST_F(ConfigTest, UpstreamsComeFromTheEnvironmentToo) {
  ConfigSources sources;
  sources.environment["GEMINI_API_KEY"] = "AIza-1";
  Config config = load(sources);
  ASSERT_TRUE(config.upstreams.contains("google"));
  EXPECT_EQ(config.upstreams.at("google").kind, "gemini");
  EXPECT_EQ(config.upstreams.at("google").base_url, "https://generativelanguage.googleapis.com");
  EXPECT_THAT(config.upstreams.at("google").api_keys, ElementsAre(Secret("AIza-1")));

  sources.environment = {{"DARKROOM_UPSTREAMS_GOOGLE_API_KEYS", "a, b\nc"},
                         {"GEMINI_API_KEY", "unused"},
                         {"DARKROOM_UPSTREAMS_SPARE_ONE_KIND", "gemini"},
                         {"DARKROOM_UPSTREAMS_SPARE_ONE_API_KEYS_FILE", write("keys", "x\ny\n")},
                         {"DARKROOM_ROUTES", "m=google, spare_one; other = spare_one"}};
  config = load(sources);
  EXPECT_THAT(config.upstreams.at("google").api_keys, ElementsAre(Secret("a"), Secret("b"), Secret("c")));
  EXPECT_THAT(config.upstreams.at("spare_one").api_keys, ElementsAre(Secret("x"), Secret("y")));
  EXPECT_THAT(config.routes.at("m"), ElementsAre("google", "spare_one"));
  EXPECT_THAT(config.routes.at("other"), ElementsAre("spare_one"));

  // A variable belongs to the file's upstream even where its name has a '-'.
  sources = from_file("[upstreams.spare-one]\nkind = \"gemini\"\napi_keys = [\"${A}\"]\n");
  sources.environment = {{"A", "a"}, {"DARKROOM_UPSTREAMS_SPARE_ONE_API_KEYS", "b"}};
  config = load(sources);
  EXPECT_THAT(config.upstreams, SizeIs(1));
  EXPECT_THAT(config.upstreams.at("spare-one").api_keys, ElementsAre(Secret("b")));
}

TEST_F(ConfigTest, ASecretHasOneSource) {
  ConfigSources sources;
  sources.environment = {{"DARKROOM_UPSTREAMS_GOOGLE_API_KEYS", "a"},
                         {"DARKROOM_UPSTREAMS_GOOGLE_API_KEYS_FILE", write("keys", "b")}};
  EXPECT_THAT(errors(sources), ElementsAre(HasSubstr("DARKROOM_UPSTREAMS_GOOGLE_API_KEYS is set too")));
}

TEST_F(ConfigTest, TheFirstOperatorComesFromEverySource) {
  ConfigSources sources;
  sources.environment = {{"DARKROOM_CONSOLE_OPERATOR_EMAIL", "Boss@example.org"},
                         {"DARKROOM_CONSOLE_OPERATOR_PASSWORD_FILE", write("password", "correct, horse\n")}};
  Config config = load(sources);
  EXPECT_EQ(config.console.operator_email, "boss@example.org");
  EXPECT_EQ(config.console.operator_password, Secret("correct, horse"));
  EXPECT_THAT(print_config(config), HasSubstr("operator_password = \"***\""));
  sources = from_file("[console]\nenabled = false\noperator_email = \"a@b.c\"\noperator_password = \"${PASSWORD}\"\n");
  sources.environment["PASSWORD"] = "battery staple";
  config = load(sources);
  EXPECT_FALSE(config.console.enabled);
  EXPECT_EQ(config.console.operator_password, Secret("battery staple"));
}

TEST_F(ConfigTest, TheSealKeyIs64HexDigitsAndNeverPrinted) {
  const std::string key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
  ConfigSources sources;
  sources.environment = {{"DARKROOM_STORE_SEAL_KEY_FILE", write("seal", key + "\n")}};
  const Config config = load(sources);
  EXPECT_EQ(config.store.seal_key, Secret(key));
  EXPECT_THAT(print_config(config), AllOf(HasSubstr("seal_key = \"***\""), Not(HasSubstr(key))));
  sources.environment = {{"DARKROOM_STORE_SEAL_KEY", key + "ff"}};
  EXPECT_THAT(errors(sources),
              ElementsAre(AllOf(HasSubstr("store.seal_key: must be 64 hex digits"), Not(HasSubstr(key)))));
}

TEST_F(ConfigTest, WarnsOfAReadableFileWithKeysInIt) {
  ConfigSources sources;
  sources.file = write("open.toml", "[upstreams.google]\napi_keys = [\"abc\"]\n", 0644);
  EXPECT_THAT(load(sources).warnings, ElementsAre(HasSubstr("everyone may read it")));
  sources.file = write("open.toml", "[upstreams.google]\napi_keys = [\"${A}\"]\n", 0644);
  sources.environment["A"] = "a";
  EXPECT_THAT(load(sources).warnings, IsEmpty());
}

TEST_F(ConfigTest, PrintsWhatItReadsAgainWithSecretsMasked) {
  ConfigSources sources = from_file(
      "[media]\nretention = \"90m\"\n[fetch]\nallow = [\"127.0.0.1/32:9000\", \"[fd00::/8]:1\"]\n"
      "[upstreams.google]\napi_keys = [\"top-secret\", \"also-secret\"]\n[routes]\n\"m-1.5\" = [\"google\"]\n");
  const std::string printed = print_config(load(sources));
  EXPECT_THAT(printed, ::testing::Not(HasSubstr("secret\"")));
  EXPECT_THAT(printed, HasSubstr("retention = \"90m\""));
  EXPECT_THAT(printed, HasSubstr("api_keys = [\"***\", \"***\"]"));
  EXPECT_THAT(printed, HasSubstr("darkroom.toml:2:13"));
  EXPECT_THAT(printed, HasSubstr("listen = \"127.0.0.1:8080\""));

  sources.file = write("printed.toml", printed);
  const Config again = load(sources);
  EXPECT_EQ(again.media.retention, std::chrono::minutes(90));
  EXPECT_THAT(again.fetch.allow, SizeIs(2));
  EXPECT_THAT(again.routes.at("m-1.5"), ElementsAre("google"));
}

TEST(ConfigDocument, NamesEveryKeyItsVariableAndItsDefault) {
  const std::string page = test::read_repository_file("docs/CONFIGURATION.md");
  const Config defaults;
  for (const auto& key : config_keys()) {
    EXPECT_THAT(page, HasSubstr(fmt::format("| `{}` | `{}` |", key.name, key.print(defaults)))) << key.name;
    EXPECT_THAT(page, HasSubstr(fmt::format("`{}`", variable_name(key.name)))) << key.name;
  }
  for (const auto& key : upstream_keys()) EXPECT_THAT(page, HasSubstr(fmt::format("| `{}` |", key.name))) << key.name;
  for (const UpstreamKind& kind : upstream_kinds()) EXPECT_THAT(page, HasSubstr(fmt::format("`{}`", kind.variable)));
}

TEST(Nearest, FindsWhatWasMeantOrNothing) {
  const std::vector<std::string> known = {"server.listen", "server.threads", "log.level"};
  EXPECT_EQ(find_nearest("server.lisen", known), "server.listen");
  EXPECT_EQ(find_nearest("sevrer.threads", known), "server.threads");
  EXPECT_EQ(find_nearest("entirely.different", known), std::nullopt);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abcd", "abdc"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

}  // namespace
}  // namespace darkroom::app
