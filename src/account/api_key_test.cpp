#include "account/api_key.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <thread>

namespace darkroom::account {
namespace {

// Gives the same byte for ever.
class ConstantRandom final : public Random {
 public:
  explicit ConstantRandom(std::uint8_t byte) : byte_(byte) {}
  void fill(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, byte_); }

 private:
  std::uint8_t byte_;
};

std::string make_key_text(ledger::Book book, Random& random) {
  return std::string(make_api_key(book, random).text.reveal());
}

std::string print_hex(const KeyHash& hash) {
  std::string text;
  for (const std::uint8_t byte : hash) text += fmt::format("{:02x}", byte);
  return text;
}

TEST(ApiKey, HasPrefixEntropyAndChecksum) {
  SeededRandom random(1);
  const NewApiKey live = make_api_key(ledger::Book::live, random);
  const std::string text(live.text.reveal());
  EXPECT_EQ(text.size(), 8U + 43U + 6U);
  EXPECT_TRUE(text.starts_with("rk_live_"));
  EXPECT_EQ(live.last4, text.substr(text.size() - 4));
  EXPECT_EQ(live.hash, hash_api_key(text));
  EXPECT_TRUE(make_key_text(ledger::Book::test, random).starts_with("rk_test_"));
}

// The expected texts were computed outside this program: 256 bits as one base62 number, then CRC-32 (IEEE) in base62.
TEST(ApiKey, EncodesTheLowestAndTheHighestNumber) {
  ConstantRandom zeros(0x00);
  ConstantRandom ones(0xFF);
  EXPECT_EQ(make_key_text(ledger::Book::live, zeros), "rk_live_00000000000000000000000000000000000000000002niIr8");
  EXPECT_EQ(make_key_text(ledger::Book::test, ones), "rk_test_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp10ljL6M");
}

TEST(ApiKey, IsRecognisedWithItsBook) {
  SeededRandom random(2);
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(recognise_api_key(make_key_text(ledger::Book::live, random)), ledger::Book::live);
    EXPECT_EQ(recognise_api_key(make_key_text(ledger::Book::test, random)), ledger::Book::test);
  }
}

TEST(ApiKey, EveryChangedCharacterIsNoticed) {
  SeededRandom random(3);
  const std::string good = make_key_text(ledger::Book::live, random);
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char other : {'0', 'A', 'z', '-', '_', ' ', '\0', '\x80'}) {
      std::string changed = good;
      changed[i] = other;
      EXPECT_TRUE(changed == good || !recognise_api_key(changed)) << i;
    }
  }
  std::string other_book = good;
  other_book.replace(0, 8, "rk_test_");
  EXPECT_EQ(recognise_api_key(other_book), std::nullopt);
}

TEST(ApiKey, OtherShapesAreNotRecognised) {
  SeededRandom random(4);
  const std::string good = make_key_text(ledger::Book::live, random);
  for (const std::string& bad : {std::string(), std::string("rk_live_"), std::string("rk_live_xxx"), good + "0",
                                 good.substr(1), good.substr(0, good.size() - 1), " " + good.substr(1),
                                 "RK_LIVE_" + good.substr(8), "sk_live_" + good.substr(8), std::string(1 << 20, 'a')}) {
    EXPECT_EQ(recognise_api_key(bad), std::nullopt) << bad.substr(0, 64);
  }
}

TEST(ApiKey, DigitsAreUniform) {
  SeededRandom random(5);
  constexpr int kKeys = 6200;
  std::set<std::string> keys;
  std::map<char, int> last_digit;
  for (int i = 0; i < kKeys; ++i) {
    const std::string text = make_key_text(ledger::Book::live, random);
    keys.insert(text);
    ++last_digit[text[8 + 42]];
  }
  EXPECT_EQ(keys.size(), static_cast<std::size_t>(kKeys));
  // 100 expected of each digit; six standard deviations are 60.
  EXPECT_EQ(last_digit.size(), 62U);
  for (const auto& [digit, count] : last_digit) EXPECT_NEAR(count, 100, 60) << digit;
}

TEST(ApiKey, HashIsSha256OnEveryThread) {
  const std::string expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-4, "abc"
  EXPECT_EQ(print_hex(hash_api_key("abc")), expected);
  EXPECT_EQ(print_hex(hash_api_key("abc")), expected);  // the reused context starts afresh
  KeyHash elsewhere{};
  std::thread([&elsewhere] { elsewhere = hash_api_key("abc"); }).join();
  EXPECT_EQ(print_hex(elsewhere), expected);
}

}  // namespace
}  // namespace darkroom::account
