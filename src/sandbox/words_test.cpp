#include "sandbox/words.h"

#include <gtest/gtest.h>

#include <string>

namespace darkroom::sandbox {
namespace {

TEST(Words, AnOrdinaryPromptHasNone) {
  for (const char* prompt :
       {"", "a red fox", "#", "##hang", "#hangs", "x#hang", "#HANG", "#fail", "#fail:", "#slow:3"}) {
    const Words words = parse_words(prompt);
    EXPECT_FALSE(words.fail || words.moderated || words.blocked || words.hang || words.truncate || words.text_only ||
                 words.bad_image || words.partial || words.size_bytes != 0 || words.slow.count() != 0)
        << prompt;
  }
}

TEST(Words, EachIsReadWhereverItStands) {
  EXPECT_TRUE(parse_words("#moderated").moderated);
  EXPECT_TRUE(parse_words("a cat #blocked").blocked);
  EXPECT_TRUE(parse_words("a #hang cat").hang);
  EXPECT_TRUE(parse_words("#truncate\na cat").truncate);
  EXPECT_TRUE(parse_words("a cat\t#textonly.").text_only);
  EXPECT_TRUE(parse_words("a cat, #badimage, please").bad_image);
  const Words both = parse_words("#slow:3s #fail:429x1 #partial:2");
  EXPECT_EQ(both.slow, milliseconds(3000));
  EXPECT_EQ(both.fail->status, 429);
  EXPECT_EQ(both.partial, 2U);
}

TEST(Words, FailTakesAStatusAndACount) {
  EXPECT_EQ(parse_words("#fail:503").fail->status, 503);
  EXPECT_EQ(parse_words("#fail:503").fail->times, std::nullopt);
  EXPECT_EQ(parse_words("#fail:503x2").fail->times, 2U);
  EXPECT_EQ(parse_words("#fail:500 #fail:400").fail->status, 400);
  for (const char* wrong : {"#fail:399", "#fail:600", "#fail:503x", "#fail:503x0", "#fail:503y2", "#fail:503x2z",
                            "#fail:-503", "#fail:503x1001", "#fail:99999999999999999999"}) {
    EXPECT_FALSE(parse_words(wrong).fail) << wrong;
  }
}

TEST(Words, WaitsAndSizesAreBounded) {
  EXPECT_EQ(parse_words("#slow:250ms").slow, milliseconds(250));
  EXPECT_EQ(parse_words("#slow:99999s").slow, kLongestWait);
  EXPECT_EQ(parse_words("#slow:99999999999s").slow, milliseconds(0));
  EXPECT_EQ(parse_words("#size:20MB").size_bytes, 20'000'000U);
  EXPECT_EQ(parse_words("#size:300KB").size_bytes, 300'000U);
  EXPECT_EQ(parse_words("#size:9000MB").size_bytes, kMaxPictureBytes);
  EXPECT_EQ(parse_words("#size:20mb").size_bytes, 0U);
  EXPECT_EQ(parse_words("#partial:0").partial, 0U);
  EXPECT_FALSE(parse_words("#partial:2x").partial);
}

}  // namespace
}  // namespace darkroom::sandbox
