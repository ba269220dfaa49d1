#include "account/sha256.h"

#include <gtest/gtest.h>

#include <string>

namespace darkroom::account {
namespace {

std::string hex(const Digest& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) {
    for (const int digit : {byte >> 4, byte & 15}) text += "0123456789abcdef"[digit];
  }
  return text;
}

// FIPS 180-4's own examples.
TEST(Sha256, IsTheStandards) {
  EXPECT_EQ(hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256({"abc"})), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, ReadsItsPartsOneAfterAnother) {
  EXPECT_EQ(sha256({"a", "", "bc"}), sha256({"abc"}));
  EXPECT_NE(sha256({"abc"}), sha256({"abd"}));
}

}  // namespace
}  // namespace darkroom::account
