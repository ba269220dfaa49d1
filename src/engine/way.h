// Way: where a call that waits may go, by what the upstreams of its routes say. The one rule for dispatcher and runner,
// so that they never disagree about it. Threads: none. Pure: the time comes from outside.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace darkroom::engine {

// What an upstream says to a call that would be sent now. Slots and pace are another matter: who only has to wait for
// his turn does so.
struct Gate {
  enum class State : std::uint8_t {
    open,
    resting,  // the breaker is open, or tries one call; or every key rests
    drained,  // an operator wants no more calls to go there
    unknown   // the configuration does not have it
  };
  State state = State::open;
  WallTime opens_at{};  // of one that rests, or when to look again; in the future
};

struct Way {
  enum class Kind : std::uint8_t {
    go,      // to `route`
    wait,    // until the first of them opens
    hold,    // until an operator resumes one
    unknown  // nobody knows any of them
  };
  Kind kind = Kind::unknown;
  std::size_t route = 0;
  WallTime until{};
};

// The first route that is open, else the rest that ends first, else one that is drained. `gate_of` gives the gate of
// each of the `routes`, the call's own first, and is not asked beyond the open one.
template <class GateOf>
Way find_way(std::size_t routes, const GateOf& gate_of) {
  Way way;
  for (std::size_t route = 0; route < routes; ++route) {
    const Gate gate = gate_of(route);
    if (gate.state == Gate::State::open) return {Way::Kind::go, route, {}};
    if (gate.state == Gate::State::unknown) continue;
    if (gate.state == Gate::State::drained) {
      if (way.kind == Way::Kind::unknown) way = {Way::Kind::hold, route, {}};
      continue;
    }
    if (way.kind != Way::Kind::wait || gate.opens_at < way.until) way = {Way::Kind::wait, route, gate.opens_at};
  }
  return way;
}

}  // namespace darkroom::engine
