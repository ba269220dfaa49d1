#include "app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "app/terminal.h"
#include "tests/support/repository.h"

namespace darkroom::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Words of a command line; a prompt with blanks stands between apostrophes.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> list;
  bool is_quoted = false;
  bool is_open = false;
  for (const char c : text) {
    if (c == '\'') {
      is_quoted = !is_quoted;
    } else if (c != ' ' || is_quoted) {
      if (!is_open) list.emplace_back();
      list.back() += c;
      is_open = true;
      continue;
    }
    if (!is_quoted && c == ' ') is_open = false;
  }
  return list;
}

CommandLine parsed(std::string_view text) {
  auto line = parse_command_line(words(text));
  if (!line) {
    ADD_FAILURE() << text << ": " << line.error().text;
    return {};
  }
  return *std::move(line);
}

TEST(CommandLine, KnowsEveryCommand) {
  for (const char* text : {"serve",
                           "sandbox",
                           "generate x",
                           "keys create --account a",
                           "keys list",
                           "keys revoke key_1",
                           "version",
                           "doctor",
                           "credits grant --account a --credits 1",
                           "credits show --account a",
                           "tasks show task_1",
                           "tasks list",
                           "models list",
                           "models check",
                           "ledger verify",
                           "config check",
                           "config print",
                           "media-worker 3",
                           "film-worker 3",
                           "enhance-worker 3"}) {
    const CommandLine line = parsed(text);
    EXPECT_FALSE(line.command.empty()) << text;
    EXPECT_EQ(std::string_view(text).substr(0, line.command.size()), line.command);
  }
}

TEST(CommandLine, ServeTakesFlagsForTheConfiguration) {
  const CommandLine line =
      parsed("serve --config c.toml --data d --listen [::]:0 --public-url=https://a.example --role all");
  EXPECT_EQ(line.config_file, "c.toml");
  EXPECT_EQ(line.data_dir, "d");
  ASSERT_EQ(line.flags.size(), 3U);
  EXPECT_EQ(line.flags[0].key, "server.listen");
  EXPECT_EQ(line.flags[0].flag, "--listen");
  EXPECT_EQ(line.flags[0].value, "[::]:0");
  EXPECT_EQ(line.flags[1].key, "server.public_url");
}

TEST(CommandLine, GenerateTakesEveryOption) {
  const CommandLine line = parsed(
      "generate --image https://a/1.png --image https://a/2.png 'a red cat' --model m --size 16:9 --resolution 1K -n 4 "
      "--param seed=5 --param style=raw -o out.png --server http://h:1 --key k --json");
  const GenerateOptions& options = line.generate;
  EXPECT_EQ(options.prompt, "a red cat");
  EXPECT_THAT(options.images, ElementsAre("https://a/1.png", "https://a/2.png"));
  EXPECT_THAT(options.params, ElementsAre("seed=5", "style=raw"));
  EXPECT_EQ(options.count, 4U);
  EXPECT_EQ(options.file, "out.png");
  EXPECT_TRUE(line.json);
  EXPECT_EQ(parsed("generate --resume task_1").generate.resume, "task_1");
  EXPECT_EQ(parsed("generate -- --help").generate.prompt, "--help");
}

TEST(CommandLine, KeysTakeEveryOption) {
  const CommandLine line = parsed("keys create --account a --test --name CI --expires 30d --models m1,m2 --json");
  EXPECT_TRUE(line.test);
  EXPECT_EQ(line.expires, std::chrono::days(30));
  EXPECT_EQ(line.models, "m1,m2");
}

struct WrongUsage {
  std::string_view text;
  std::string_view says;
};

TEST(CommandLine, WrongUsageEndsWith2AndSaysWhatWasMeant) {
  const WrongUsage cases[] = {
      {"", "darkroom: "},
      {"servee", "darkroom: unknown command \"servee\"; did you mean \"serve\"?"},
      {"zzzzzzzzz", "darkroom: unknown command \"zzzzzzzzz\"\n"},
      {"media-workr 3", "unknown command \"media-workr\""},
      {"keys", "darkroom keys: "},
      {"keys creat --account a", "darkroom keys: unknown command \"creat\"; did you mean \"create\"?"},
      {"keys create", "darkroom keys create: --account is required"},
      {"keys create --account", "darkroom keys create: "},
      {"keys create --account a --expires soon", "--expires: must be a duration"},
      {"keys create --acount a", "unknown flag --acount; did you mean \"--account\"?"},
      {"keys revoke", "ID is required"},
      {"credits grant --account a", "--credits is required"},
      {"credits grant --account a --credits -5", "--credits"},
      {"credits grant --account a --credits 0", "--credits: must be a number above 0"},
      {"credits grant --account a --credits 9007199254.740992", "at most six decimals, up to 9007199254.740991, not"},
      {"credits grant --account a --credits much", "--credits: must be a number above 0"},
      {"tasks list --limit 1001", "--limit"},
      {"sandbox --listen nowhere", "--listen: must be HOST:PORT"},
      {"upstreams drain", "NAME is required"},
      {"upstreams weight google", "WEIGHT is required"},
      {"upstreams weight google 1001", "darkroom upstreams weight: "},
      {"upstreams weight google much", "darkroom upstreams weight: "},
      {"generate", "darkroom generate: PROMPT is required"},
      {"generate x -n many", "-n"},
      {"generate x y", "darkroom generate: "},
      {"generate x --resume task_1", "--resume"},
      {"serve --listen nowhere", "--listen: must be HOST:PORT"},
      {"serve --role king", "--role: must be \"all\""},
      {"serve --colour", "unknown flag --colour"},
      {"version extra", "darkroom version: "},
  };
  for (const WrongUsage& wrong : cases) {
    const auto line = parse_command_line(words(wrong.text));
    ASSERT_FALSE(line) << wrong.text;
    EXPECT_EQ(line.error().exit_code, kWrongUsage) << wrong.text;
    EXPECT_THAT(line.error().text, HasSubstr(std::string(wrong.says))) << wrong.text;
    EXPECT_THAT(line.error().text, HasSubstr("--help")) << wrong.text;
  }
}

TEST(CommandLine, HelpIsDataWithExamplesFirst) {
  for (const char* text : {"--help", "keys --help", "keys create --help", "generate -h"}) {
    const auto line = parse_command_line(words(text));
    ASSERT_FALSE(line) << text;
    EXPECT_EQ(line.error().exit_code, kDone);
  }
  const std::string help = parse_command_line({"generate", "--help"}).error().text;
  EXPECT_LT(help.find("Examples:"), help.find("Usage:"));
  EXPECT_THAT(help, HasSubstr("darkroom generate \"a lighthouse at dusk\""));
  EXPECT_THAT(help, HasSubstr("--resolution"));
  EXPECT_THAT(help, HasSubstr("Usage: darkroom generate [OPTIONS]"));
  EXPECT_THAT(parse_command_line({"keys", "create", "--help"}).error().text, HasSubstr("Usage: darkroom keys create "));
  EXPECT_THAT(parse_command_line({"keys", "--help"}).error().text, HasSubstr("Usage: darkroom keys "));
  EXPECT_EQ(parse_command_line({"--help"}).error().text.find("media-worker"), std::string::npos);
}

TEST(CommandDocument, NamesEveryCommandAndFlag) {
  const std::string page = test::read_repository_file("docs/COMMANDS.md");
  for (const char* text : {"serve",       "sandbox",       "generate",      "keys create",        "keys list",
                           "keys revoke", "credits grant", "credits show",  "tasks list",         "tasks show",
                           "users list",  "users invite",  "users disable", "users set-operator", "audit verify",
                           "models list", "models check",  "ledger verify", "config check",       "config print",
                           "doctor",      "version"}) {
    EXPECT_THAT(page, HasSubstr(std::string("darkroom ") + text)) << text;
    auto arguments = words(text);
    arguments.emplace_back("--help");
    std::istringstream help(parse_command_line(arguments).error().text);
    for (std::string word; help >> word;) {
      if (!word.starts_with("--") || word.find_first_of("=…\"") != std::string::npos || word == "--help") continue;
      EXPECT_THAT(page, HasSubstr(word)) << text;
    }
  }
}

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
  EXPECT_EQ(print_table({"A", "B"}, {{"…é", "1"}, {"x", "22"}, {"y", ""}}), "A   B\n…é  1\nx   22\ny\n");
}

}  // namespace
}  // namespace darkroom::app
