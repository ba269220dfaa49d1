#include "net/fetch_turns.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace darkroom::net {
namespace {

using std::chrono::minutes;

constexpr SteadyTime kStart{};

// Who began, in their order, and who was refused; names are "owner@host".
struct Register {
  std::optional<SteadyTime> ask(const std::string& owner, const std::string& host, SteadyTime now = kStart,
                                seconds longest = kLongestTurnWait) {
    const auto begin = [this, name = owner + '@' + host](Status turn) {
      (turn ? begun : refused).push_back(name);
      if (!turn) reasons.push_back(turn.error());
    };
    return turns.ask({owner, host}, now, begin, longest);
  }
  void end(const std::string& owner, const std::string& host) { turns.end({owner, host}); }

  FetchTurns turns;
  std::vector<std::string> begun;
  std::vector<std::string> refused;
  std::vector<Error> reasons;
};

using Names = std::vector<std::string>;

TEST(FetchTurns, OneOwnerHasFourOverAllHosts) {
  Register all;
  for (const char* host : {"a:80", "b:80", "c:80", "a:80", "d:80"}) all.ask("ann", host);
  EXPECT_EQ(all.begun, (Names{"ann@a:80", "ann@b:80", "ann@c:80", "ann@a:80"}));
  all.end("ann", "c:80");
  EXPECT_EQ(all.begun.back(), "ann@d:80");
  EXPECT_EQ(all.begun.size(), 5u);
}

TEST(FetchTurns, OneHostHasEightOverAllOwners) {
  Register all;
  for (int i = 0; i < 10; ++i) all.ask("owner " + std::to_string(i), "a:80");
  EXPECT_EQ(all.begun.size(), 8u);
  all.ask("owner 9", "a:443");
  EXPECT_EQ(all.begun.back(), "owner 9@a:443");
  all.end("owner 3", "a:80");
  EXPECT_EQ(all.begun.back(), "owner 8@a:80");
  all.end("owner 8", "a:80");
  EXPECT_EQ(all.begun.back(), "owner 9@a:80");
}

TEST(FetchTurns, TheFirstThatMayGoGoes) {
  Register all;
  for (int i = 0; i < 4; ++i) all.ask("ann", "a:80");
  for (int i = 0; i < 4; ++i) all.ask("ben", "a:80");
  all.begun.clear();
  all.ask("ann", "b:80");  // ann has her four
  all.ask("cat", "a:80");  // the host has its eight
  all.ask("dan", "a:80");
  all.ask("cat", "b:80");
  EXPECT_EQ(all.begun, Names{"cat@b:80"});
  // A turn of ben's helps the host's first; one of ann's helps her own other fetch and the host's next.
  all.end("ben", "a:80");
  EXPECT_EQ(all.begun, (Names{"cat@b:80", "cat@a:80"}));
  all.end("ann", "a:80");
  EXPECT_EQ(all.begun, (Names{"cat@b:80", "cat@a:80", "ann@b:80", "dan@a:80"}));
}

TEST(FetchTurns, WithoutAnOwnerThereIsNoBound) {
  Register all;
  for (int i = 0; i < 20; ++i) all.ask("", "a:80");
  EXPECT_EQ(all.begun.size(), 20u);
  all.end("", "a:80");
  for (int i = 0; i < 4; ++i) all.ask("ann", "a:80");
  for (int i = 0; i < 4; ++i) all.ask("ben", "a:80");
  EXPECT_EQ(all.begun.size(), 28u) << "they take nobody's turn";
}

TEST(FetchTurns, WhoWaitsTooLongIsRefused) {
  Register all;
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(all.ask("ann", "a:80"));
  EXPECT_EQ(all.ask("ann", "b:80"), kStart + kLongestTurnWait) << "the first that waits asks for the call";
  EXPECT_EQ(all.ask("ann", "c:80", kStart + minutes(2)), std::nullopt) << "one call is promised";
  EXPECT_EQ(all.turns.refuse_late(kStart + kLongestTurnWait - milliseconds(1)), kStart + kLongestTurnWait);
  EXPECT_EQ(all.refused, Names{});
  EXPECT_EQ(all.turns.refuse_late(kStart + kLongestTurnWait), kStart + minutes(2) + kLongestTurnWait);
  EXPECT_EQ(all.refused, Names{"ann@b:80"});
  EXPECT_EQ(all.reasons.front().code, Code::unavailable);
  EXPECT_EQ(all.reasons.front().message, "too many references wait to be fetched; try again later");
  all.end("ann", "a:80");
  EXPECT_EQ(all.begun.back(), "ann@c:80") << "the refused one had no turn";
  EXPECT_EQ(all.turns.refuse_late(kStart + minutes(7)), std::nullopt) << "nobody waits";
  const SteadyTime later = kStart + minutes(8);
  EXPECT_EQ(all.ask("ann", "b:80", later), later + kLongestTurnWait) << "the next that waits asks again";
}

TEST(FetchTurns, EachWaitsAsLongAsItWants) {
  Register all;
  for (int i = 0; i < 4; ++i) all.ask("ann", "a:80");
  EXPECT_EQ(all.ask("ann", "patient:80"), kStart + minutes(5));
  EXPECT_EQ(all.ask("ann", "hurried:80", kStart, seconds(10)), kStart + seconds(10)) << "an earlier call is needed";
  EXPECT_EQ(all.ask("ann", "also:80", kStart, seconds(20)), std::nullopt) << "the next call promises it";
  EXPECT_EQ(all.turns.refuse_late(kStart + seconds(10)), kStart + seconds(20));
  EXPECT_EQ(all.refused, Names{"ann@hurried:80"});
  EXPECT_EQ(all.turns.refuse_late(kStart + seconds(20)), std::nullopt) << "that at five minutes is promised still";
  EXPECT_EQ(all.refused, (Names{"ann@hurried:80", "ann@also:80"}));
  EXPECT_EQ(all.turns.refuse_late(kStart + minutes(5)), std::nullopt);
  EXPECT_EQ(all.refused.back(), "ann@patient:80");
}

TEST(FetchTurns, ClosedRefusesWhatNeedsATurn) {
  Register all;
  for (int i = 0; i < 5; ++i) all.ask("ann", "a:80");
  all.turns.close();
  all.ask("ben", "b:80");
  all.ask("", "c:80");
  EXPECT_EQ(all.refused, (Names{"ann@a:80", "ben@b:80"}));
  EXPECT_EQ(all.reasons.front().code, Code::unavailable);
  EXPECT_EQ(all.begun.back(), "@c:80");
  for (int i = 0; i < 4; ++i) all.end("ann", "a:80");
  EXPECT_EQ(all.begun.size(), 5u);
  EXPECT_EQ(all.turns.refuse_late(kStart + kLongestTurnWait), std::nullopt);
}

// Whoever is called may come back at once: to end its turn, to ask for the next.
TEST(FetchTurns, CallsOutWithoutItsLock) {
  FetchTurns turns;
  int begun = 0;
  int refused = 0;
  const FetchPlace place{"ann", "a:80"};
  for (int i = 0; i < 4; ++i) turns.ask(place, kStart, [](Status) {});
  for (int i = 0; i < 3; ++i) {
    turns.ask(place, kStart, [&](Status turn) {
      ASSERT_TRUE(turn);
      ++begun;
      turns.end(place);
      turns.ask(place, kStart, [&](Status next) { next ? ++begun : ++refused; });
    });
  }
  turns.end(place);
  EXPECT_EQ(begun, 4);  // three that ended at once and the first of those they asked for
  turns.ask(place, kStart, [&](Status turn) {
    ASSERT_FALSE(turn);
    turns.ask(place, kStart, [&](Status next) { next ? ++begun : ++refused; });
  });
  turns.refuse_late(kStart + kLongestTurnWait);
  turns.close();
  EXPECT_EQ(begun, 4);
  EXPECT_EQ(refused, 3);
}

}  // namespace
}  // namespace darkroom::net
