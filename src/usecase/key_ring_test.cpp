#include "usecase/key_ring.h"

#include <gtest/gtest.h>

namespace darkroom::usecase {
namespace {

TEST(ParseBearer, TakesTheSchemeInAnyCaseAndExactlyOneToken) {
  for (const char* good : {"Bearer abc", "bearer abc", "BEARER abc", "Bearer   abc"}) {
    EXPECT_EQ(parse_bearer(good), "abc") << good;
  }
  for (const char* bad : {"", "Bearer", "Bearer ", "Bearer  ", "Bearerabc", "Bearer\tabc", "Bearer abc def",
                          "Bearer abc ", "Basic abc", "Token abc", "abc", " Bearer abc", "Bearer abc\tdef"}) {
    EXPECT_EQ(parse_bearer(bad), std::nullopt) << bad;
  }
  // No key looks like this, which is for the look-up to find out.
  EXPECT_EQ(parse_bearer("Bearer rk_live_\xd1\x81"), "rk_live_\xd1\x81");
}

TEST(AccountStates, GivesTheKeysOfOneAccountTheSameState) {
  AccountStates states;
  SeededRandom random(1);
  const AccountId one = AccountId::make(from_millis(1), random);
  const AccountId two = AccountId::make(from_millis(1), random);
  EXPECT_EQ(states.get(one), states.get(one));
  EXPECT_NE(states.get(one), states.get(two));
  states.task_accepted(one);
  states.task_accepted(one);
  states.task_ended(one);
  EXPECT_EQ(states.get(one)->unfinished_tasks.load(), 1);
  EXPECT_EQ(states.get(two)->unfinished_tasks.load(), 0);
}

}  // namespace
}  // namespace darkroom::usecase
