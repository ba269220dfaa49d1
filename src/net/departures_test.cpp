#include "net/departures.h"

#include <gtest/gtest.h>

#include <optional>

namespace darkroom::net {
namespace {

TEST(Departures, TellsWhoWatchesOnce) {
  Departures departures;
  int told = 0;
  {
    const Departures::Watch watch(departures, "req_1", [&] { ++told; });
    departures.tell("req_2");
    EXPECT_EQ(told, 0);
    departures.tell("req_1");
    departures.tell("req_1");
    EXPECT_EQ(told, 1);
  }
  departures.tell("req_1");
  EXPECT_EQ(told, 1) << "nobody watches any more";
}

TEST(Departures, WhoComesLateHearsAtOnceUntilItIsForgotten) {
  Departures departures;
  int told = 0;
  departures.tell("req_1");
  for (int i = 1; i <= 2; ++i) {
    const Departures::Watch watch(departures, "req_1", [&] { ++told; });
    EXPECT_EQ(told, i);
  }
  EXPECT_TRUE(departures.has_left("req_1"));
  EXPECT_FALSE(departures.has_left("req_2"));
  departures.forget("req_1");
  EXPECT_FALSE(departures.has_left("req_1"));
  const Departures::Watch watch(departures, "req_1", [&] { ++told; });
  EXPECT_EQ(told, 2);
}

TEST(Departures, MayBeAskedWhileItTells) {
  Departures departures;
  std::optional<Departures::Watch> watch;
  watch.emplace(departures, "req_1", [&] { watch.reset(); });
  departures.tell("req_1");
  EXPECT_FALSE(watch);
}

}  // namespace
}  // namespace darkroom::net
