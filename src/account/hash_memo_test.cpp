#include "account/hash_memo.h"

#include <gtest/gtest.h>

#include "account/api_key.h"

namespace darkroom::account {
namespace {

TEST(HashMemo, FindsWhatWasPutAndNothingElse) {
  SeededRandom random(1);
  HashMemo memo(random);
  const SipTag tag = memo.tag_of("rk_live_one");
  EXPECT_FALSE(memo.find(tag));
  memo.put(tag, hash_api_key("rk_live_one"));
  EXPECT_EQ(memo.find(tag), hash_api_key("rk_live_one"));
  EXPECT_FALSE(memo.find(memo.tag_of("rk_live_onf")));
  EXPECT_FALSE(memo.find(memo.tag_of("")));
  EXPECT_FALSE(memo.find(SipTag{tag[0], tag[1] + 1}));
  EXPECT_FALSE(memo.find(SipTag{tag[0] + 1, tag[1]}));
  EXPECT_FALSE(memo.find(SipTag{}));
}

TEST(HashMemo, TagsOfAnotherProcessMeanNothing) {
  SeededRandom random(1);
  const HashMemo one(random);
  const HashMemo two(random);
  EXPECT_NE(one.tag_of("rk_live_one"), two.tag_of("rk_live_one"));
}

TEST(HashMemo, NewerKeysTakeThePlaceOfOlderOnes) {
  SeededRandom random(1);
  HashMemo memo(random, 64);  // one slot a shard
  constexpr int kKeys = 1000;
  int found = 0;
  for (int i = 0; i < kKeys; ++i) {
    const SipTag tag = memo.tag_of(std::to_string(i));
    memo.put(tag, hash_api_key(std::to_string(i)));
    EXPECT_EQ(memo.find(tag), hash_api_key(std::to_string(i)));
  }
  for (int i = 0; i < kKeys; ++i) {
    const auto hash = memo.find(memo.tag_of(std::to_string(i)));
    if (!hash) continue;
    EXPECT_EQ(*hash, hash_api_key(std::to_string(i)));
    ++found;
  }
  EXPECT_GT(found, 0);
  EXPECT_LE(found, 64);
}

}  // namespace
}  // namespace darkroom::account
