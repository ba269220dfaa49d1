#include <gtest/gtest.h>

#include <set>

#include "base/credits.h"
#include "base/http_message.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/json_pen.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time_text.h"

namespace darkroom {
namespace {

TEST(Error, EveryCodeHasItsRowAndPublicNumbersAreFiveDigits) {
  for (int i = 0; i <= static_cast<int>(Code::bad_config); ++i) {
    const CodeInfo& row = info(static_cast<Code>(i));
    EXPECT_EQ(static_cast<int>(row.code), i);
    EXPECT_FALSE(row.name.empty());
    EXPECT_TRUE(row.public_number == 0 || row.public_number >= 10001);
  }
  EXPECT_EQ(info(Code::insufficient_credits).public_number, 30001);
  EXPECT_EQ(info(Code::insufficient_credits).http_status, 402);
}

TEST(HttpMessage, EveryStatusThatIsSentHasItsPhrase) {
  for (const int status : {100, 200, 204, 206, 301, 304}) EXPECT_NE(http::reason_phrase(status), "Unknown") << status;
  for (int i = 0; i <= static_cast<int>(Code::bad_config); ++i) {
    const CodeInfo& row = info(static_cast<Code>(i));
    EXPECT_NE(http::reason_phrase(row.http_status), "Unknown") << row.name;
  }
}

TEST(Text, IsTrimmedAtBothEnds) {
  struct Row {
    const char* text;
    const char* trimmed;
    const char* across_lines;
  };
  for (const Row& row : {Row{"", "", ""}, Row{" \t ", "", ""}, Row{"a", "a", "a"}, Row{"\t a b ", "a b", "a b"},
                         Row{" a\r\n", "a\r\n", "a"}, Row{"\n", "\n", ""}}) {
    EXPECT_EQ(trim(row.text), row.trimmed) << row.text;
    EXPECT_EQ(trim(row.text, kBlanksAndLineEnds), row.across_lines) << row.text;
  }
}

TEST(TimeText, PrintsKnownMoments) {
  EXPECT_EQ(print_http_date(from_millis(784'111'777'000)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(print_rfc3339(from_millis(784'111'777'042)), "1994-11-06T08:49:37.042Z");
  EXPECT_EQ(print_rfc3339(from_millis(0)), "1970-01-01T00:00:00.000Z");
}

TEST(TimeText, ReadsWhatOthersWrite) {
  constexpr std::int64_t kMoment = 784'111'777'042;
  struct Row {
    const char* text;
    std::int64_t millis;
  };
  for (const Row& row :
       {Row{"1994-11-06T08:49:37.042Z", kMoment}, Row{"1994-11-06t08:49:37.0429z", kMoment},
        Row{"1994-11-06T10:49:37.042+02:00", kMoment}, Row{"1994-11-06 07:19:37.042-01:30", kMoment},
        Row{"1994-11-06T08:49:37Z", kMoment - 42}, Row{"1970-01-01", 0}, Row{"1970-01-02T00:00:00.5Z", 86'400'500}}) {
    EXPECT_EQ(parse_rfc3339(row.text), from_millis(row.millis)) << row.text;
  }
  for (const char* bad : {"", "1994", "1994-13-01", "1994-02-30", "94-11-06", "1994-11-06T", "1994-11-06T08:49:37",
                          "1994-11-06T24:00:00Z", "1994-11-06T08:60:00Z", "1994-11-06T08:49:37.Z",
                          "1994-11-06T08:49:37+2:00", "1994-11-06T08:49:37Z ", "1994-11-06x"}) {
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
  }
}

TEST(MicroCredits, ParsesAndPrintsExactly) {
  EXPECT_EQ(MicroCredits::parse_credits("14.375")->count(), 14'375'000);
  EXPECT_EQ(MicroCredits::parse_credits("35.88")->text(), "35.88");
  EXPECT_EQ(MicroCredits::parse_credits("0.000001")->count(), 1);
  for (const char* bad : {"", ".", "1.", ".5", "-1", "1e3", "1.0000001", "99999999999", "1,5", " 1"}) {
    EXPECT_FALSE(MicroCredits::parse_credits(bad)) << bad;
  }
}

TEST(MicroCredits, RefusesToOverflow) {
  const auto most = MicroCredits::from_count(MicroCredits::kMax);
  EXPECT_FALSE(most.plus(MicroCredits::from_count(1)));
  EXPECT_FALSE(most.times(2));
  EXPECT_FALSE(MicroCredits::from_count(-MicroCredits::kMax).minus(MicroCredits::from_count(1)));
  EXPECT_EQ(MicroCredits::from_count(14'375'999).whole_credits(), 14);
}

TEST(Ids, RoundTripAndSortByTime) {
  SeededRandom random(1);
  const TaskId early = TaskId::make(from_millis(1000), random);
  const TaskId late = TaskId::make(from_millis(2000), random);
  EXPECT_LT(early, late);
  EXPECT_EQ(TaskId::parse(early.text()), early);
  EXPECT_EQ(early.text().size(), 37U);
  EXPECT_EQ(early.hex()[12], '7');
  EXPECT_FALSE(TaskId::parse("task_" + std::string(31, 'a')));
  EXPECT_FALSE(TaskId::parse("task_" + std::string(32, 'G')));
  EXPECT_FALSE(TaskId::parse("key_" + std::string(32, 'a')));
}

TEST(Ids, RequestIdIsUuid4AndTellsItsTime) {
  SeededRandom random(7);
  const WallTime now = from_millis(1'700'000'000'123);
  const std::string id(make_request_id(now, random));
  EXPECT_EQ(id.size(), 40U);
  EXPECT_EQ(id[18], '4');
  EXPECT_NE(std::string("89ab").find(id[23]), std::string::npos);
  EXPECT_NE(id, std::string_view(make_request_id(now, random)));
  EXPECT_EQ(parse_request_time(id), now);
  for (const std::string& bad : {std::string(), id.substr(4), id.substr(0, 39), id + "0", "req_" + std::string(36, '-'),
                                 "req_" + std::string(36, '0')}) {
    EXPECT_FALSE(parse_request_time(bad)) << bad;
  }
}

TEST(Secret, NeverPrintsItself) {
  const Secret secret("rk_live_abc");
  EXPECT_EQ(fmt::format("{}", secret), "***");
  EXPECT_EQ(secret.reveal(), "rk_live_abc");
}

TEST(Json, RefusesWhatIsNotStrict) {
  for (const char* bad :
       {"", "{", "{\"a\":1,}", "{'a':1}", "{\"a\":1} x", "{\"a\":NaN}", "{\"a\":1e400}", "{\"a\":1,\"a\":2}",
        "{\"a\":{\"b\":1,\"b\":1}}", "\"\\ud800\"", "\"\xff\"", "01", "// x\n1", "\xef\xbb\xbf{}"}) {
    EXPECT_FALSE(json::parse(bad)) << bad;
  }
  EXPECT_FALSE(json::parse(std::string(40, '[') + std::string(40, ']')));
  EXPECT_TRUE(json::parse(std::string(20, '[') + std::string(20, ']')));
}

TEST(Json, NamesTheDuplicate) {
  const auto result = json::parse("{\"prompt\":\"x\",\"prompt\":\"y\"}");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("\"prompt\" appears twice"), std::string::npos);
  EXPECT_TRUE(json::parse("{\"a\":{\"x\":1},\"b\":{\"x\":1},\"x\":2}"));
}

TEST(Json, WritesStringsThatReadBack) {
  const std::string odd = "quote \" slash \\ tab \t nul \x01 é 漢 \x7f";
  std::string text;
  json::append_string(text, odd);
  const auto back = json::parse(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->as_string(), odd);
}

TEST(Json, EscapesAtEveryPlaceOfAString) {
  for (int byte = 0; byte < 0x80; ++byte) {
    for (std::size_t at = 0; at < 20; ++at) {
      std::string odd(20, 'a');
      odd[at] = static_cast<char>(byte);
      std::string text;
      json::append_string(text, odd);
      EXPECT_EQ(json::needs_no_escape(odd), text == '"' + odd + '"') << byte << " at " << at;
      const auto back = json::parse(text);
      ASSERT_TRUE(back) << byte << " at " << at;
      EXPECT_EQ(back->as_string(), odd);
    }
  }
}

TEST(Random, BelowIsUniformEnoughAndSeedsRepeat) {
  SeededRandom a(42);
  SeededRandom b(42);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t value = a.below(10);
    EXPECT_EQ(value, b.below(10));
    seen.insert(value);
  }
  EXPECT_EQ(seen.size(), 10U);
}

// Fields of many lengths, so that the text outgrows its room at every place in one.
TEST(Headers, IsTheTextOfItsFieldsHoweverTheyGrow) {
  for (std::size_t first = 0; first < 80; ++first) {
    http::Headers headers;
    std::string text;
    for (std::size_t i = 0; i < 20; ++i) {
      const std::string name = "X-" + std::to_string(i);
      const std::string value(first * (i + 1) % 83, 'v');
      headers.add(name, value);
      text += name + ": " + value + "\r\n";
    }
    ASSERT_EQ(headers.text(), text);
    ASSERT_EQ(headers.size(), 20U);
    EXPECT_EQ(http::find_header(headers, "x-19"), std::string(first * 20 % 83, 'v'));
    EXPECT_FALSE(http::find_header(headers, "x-20"));
  }
}

}  // namespace
}  // namespace darkroom
