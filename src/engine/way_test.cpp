#include "engine/way.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace darkroom::engine {
namespace {

constexpr WallTime kNow{milliseconds(1'790'000'000'000)};

constexpr Gate kOpen{};
constexpr Gate kUnknown{Gate::State::unknown, {}};
constexpr Gate kDrained{Gate::State::drained, {}};
constexpr Gate resting(int seconds_left) { return {Gate::State::resting, kNow + seconds(seconds_left)}; }

std::string print(const Way& way) {
  switch (way.kind) {
    case Way::Kind::go: return "go " + std::to_string(way.route);
    case Way::Kind::wait: return "wait " + std::to_string((way.until - kNow).count() / 1000);
    case Way::Kind::hold: return "hold";
    case Way::Kind::unknown: return "unknown";
  }
  return "?";
}

TEST(Way, LeadsToTheFirstThatIsOpenElseToTheShortestRestElseToAnOperator) {
  struct Row {
    std::vector<Gate> gates;
    std::string way;
  };
  const Row rows[] = {
      {{kOpen}, "go 0"},
      {{kOpen, kOpen}, "go 0"},
      {{resting(1), kOpen}, "go 1"},
      {{resting(1), resting(1), kOpen, kOpen}, "go 2"},
      {{kUnknown, kOpen}, "go 1"},
      {{resting(9)}, "wait 9"},
      {{resting(9), resting(4), resting(60)}, "wait 4"},
      {{resting(4), kUnknown}, "wait 4"},
      {{kUnknown, resting(4)}, "wait 4"},
      {{kUnknown, kUnknown}, "unknown"},
      {{kDrained, kOpen}, "go 1"},
      {{kDrained, resting(4)}, "wait 4"},
      {{resting(4), kDrained}, "wait 4"},
      {{kDrained, kDrained}, "hold"},
      {{kDrained, kUnknown}, "hold"},
      {{kUnknown, kDrained}, "hold"},
  };
  for (const Row& row : rows) {
    std::size_t asked = 0;
    const Way way = find_way(row.gates.size(), [&](std::size_t route) {
      ++asked;
      return row.gates.at(route);
    });
    EXPECT_EQ(print(way), row.way);
    EXPECT_LE(asked, row.gates.size());
  }
}

}  // namespace
}  // namespace darkroom::engine
