// FetchTurns: who may fetch now. One owner has at most kFetchesPerOwner turns, one host kFetchesPerHost, whoever asks;
// an order begins when both have one free, first come first served among those that may go. Threads: any; callbacks run
// without the lock on the thread that lets them go: asking, ending, refusing or closing. Bounded by what its users have
// under way; nobody waits longer than it wants to if refuse_late() is called in time. Fails with unavailable.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/result.h"

namespace darkroom::net {

inline constexpr std::size_t kFetchesPerOwner = 4;
inline constexpr std::size_t kFetchesPerHost = 8;
inline constexpr std::chrono::minutes kLongestTurnWait{5};

// Whose turn it is, and where; compared as they stand. Without an owner there is no bound and nothing to wait for.
struct FetchPlace {
  std::string owner;
  std::string host;
};

class FetchTurns {
 public:
  // Called once: with success, to which an end() belongs, or with why there will be no turn.
  using Begin = std::move_only_function<void(Status)>;

  // Gives the time at which refuse_late() has to be called, if it has to and no call so early was promised yet.
  std::optional<SteadyTime> ask(FetchPlace place, SteadyTime now, Begin begin, seconds longest = kLongestTurnWait);
  // The turn is over; begins what may go now.
  void end(const FetchPlace& place);
  // Refuses what has waited too long; gives the time of the next call, if there is to be one.
  std::optional<SteadyTime> refuse_late(SteadyTime now);
  // Refuses what waits, and from here on whatever needs a turn.
  void close();

 private:
  struct Waiting {
    FetchPlace place;
    SteadyTime until;
    Begin begin;
  };
  struct State {
    bool try_take(const FetchPlace& place);
    void give_back(const FetchPlace& place);
    // The call at that time, unless an earlier one will see to it.
    std::optional<SteadyTime> promise(SteadyTime call);

    std::map<std::string, std::size_t> owners;  // turns in hand, as are those of hosts; never 0
    std::map<std::string, std::size_t> hosts;
    std::list<Waiting> waiting;            // the earliest first
    std::multiset<SteadyTime> calls = {};  // of refuse_late(), promised
    bool is_closed = false;
  };

  Guarded<State> state_;
};

}  // namespace darkroom::net
