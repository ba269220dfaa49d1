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

TEST(Caller, MayComeFromItsNetworksOnly) {
  Caller caller;
  EXPECT_TRUE(caller.may_come_from("local"));
  caller.networks = {net::IpNetwork::parse("10.0.0.0/8").value(), net::IpNetwork::parse("::1").value()};
  for (const char* inside : {"10.0.0.0", "10.255.255.255", "::ffff:10.1.1.1", "::1"}) {
    EXPECT_TRUE(caller.may_come_from(inside)) << inside;
  }
  for (const char* outside : {"", "local", "11.0.0.0", "9.255.255.255", "::2", "10.0.0.1:80", "10.0.0"}) {
    EXPECT_FALSE(caller.may_come_from(outside)) << outside;
  }
}

}  // namespace
}  // namespace darkroom::usecase
