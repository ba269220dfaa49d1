#include "account/account.h"

#include <gtest/gtest.h>

namespace darkroom::account {
namespace {

TEST(AccountName, TakesTheDocumentedAlphabetOnly) {
  for (const char* good : {"a", "7", "alice", "Team-1", "bob@example.org", "a.b_c-d@e", "0-"}) {
    EXPECT_TRUE(is_valid_account_name(good)) << good;
  }
  for (const char* bad : {"", ".", "-a", "_a", "@a", "a b", "a/b", "a\n", "ä", "a:b", " a", "a+b"}) {
    EXPECT_FALSE(is_valid_account_name(bad)) << bad;
  }
}

TEST(AccountName, IsAtMost64Bytes) {
  EXPECT_TRUE(is_valid_account_name(std::string(kMaxAccountNameBytes, 'a')));
  EXPECT_FALSE(is_valid_account_name(std::string(kMaxAccountNameBytes + 1, 'a')));
  EXPECT_FALSE(is_valid_account_name(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace darkroom::account
