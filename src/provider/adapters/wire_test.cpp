#include "provider/adapters/wire.h"

#include <gtest/gtest.h>

namespace darkroom::provider {
namespace {

TEST(ParseDuration, ReadsProtobufsForm) {
  struct Row {
    const char* text;
    std::int64_t millis;
  };
  for (const Row& row : {Row{"34s", 34'000}, Row{"12.5s", 12'500}, Row{"0s", 0}, Row{"0.25s", 250},
                         Row{"3.000000001s", 3'001}, Row{"1.9999s", 2'000}, Row{"86401s", 86'400'000},
                         Row{"86400.5s", 86'400'000}, Row{"99999999999999999999999s", 86'400'000}}) {
    EXPECT_EQ(parse_duration(row.text), milliseconds(row.millis)) << row.text;
  }
  for (const char* bad :
       {"", "s", "34", "34 s", "-1s", "+1s", ".5s", "1.s", "1.5.5s", "1e3s", "0x1s", "34ms", "1,5s"}) {
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
  }
}

TEST(RetryAfter, TakesSecondsOnly) {
  EXPECT_EQ(read_retry_after({{"retry-after", "7"}}), milliseconds(7'000));
  EXPECT_EQ(read_retry_after({{"Retry-After", "99999999"}}), milliseconds(86'400'000));
  for (const char* other : {"", "-1", "1.5", "soon", "Fri, 31 Dec 1999 23:59:59 GMT"}) {
    EXPECT_EQ(read_retry_after({{"Retry-After", other}}), std::nullopt) << other;
  }
  EXPECT_EQ(read_retry_after({}), std::nullopt);
}

TEST(FindMember, KnowsBothSpellingsAndNoNull) {
  const auto tree =
      json::parse_object(R"({"mime_type":"a","finishReason":"b","promptFeedback":null,"x":{"$lifted":3}})");
  ASSERT_TRUE(tree);
  EXPECT_EQ(find_text(*tree, "mimeType"), "a");
  EXPECT_EQ(find_text(*tree, "finishReason"), "b");
  EXPECT_EQ(find_member(*tree, "promptFeedback"), nullptr);
  EXPECT_EQ(find_member(*tree, "absent"), nullptr);
  EXPECT_EQ(find_object(*tree, "mimeType"), nullptr);
  EXPECT_EQ(find_payload(*tree, "x"), 3U);
  EXPECT_EQ(find_payload(*tree, "mimeType"), std::nullopt);
}

TEST(PrintWord, KeepsVendorsTextOutOfTheLog) {
  EXPECT_EQ(print_word("IMAGE_SAFETY", "x"), "IMAGE_SAFETY");
  for (const std::string& bad : {std::string(), std::string("two words"), std::string("a\nb"), std::string(65, 'A')}) {
    EXPECT_EQ(print_word(bad, "other"), "other");
  }
}

TEST(BodyWriter, MergesTextsAroundBlobs) {
  BodyWriter writer;
  writer.text("[").json_string("a\"b").text(",\"").base64_of("blob-1").text("\"").text("]");
  const std::vector<BodyPart> parts = std::move(writer).finish();
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(std::get<TextPart>(parts[0]).text, "[\"a\\\"b\",\"");
  EXPECT_EQ(std::get<BlobPart>(parts[1]).blob, "blob-1");
  EXPECT_TRUE(std::get<BlobPart>(parts[1]).as_base64);
  EXPECT_EQ(std::get<TextPart>(parts[2]).text, "\"]");
}

}  // namespace
}  // namespace darkroom::provider
