#include "net/fetch_turns.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace darkroom::net {
namespace {

using Counts = std::map<std::string, std::size_t>;

std::size_t count(const Counts& counts, const std::string& name) {
  const auto found = counts.find(name);
  return found == counts.end() ? 0 : found->second;
}

void take_one_off(Counts& counts, const std::string& name) {
  const auto found = counts.find(name);
  DR_CHECK(found != counts.end());
  if (--found->second == 0) counts.erase(found);
}

Status too_late() { return fail(Code::unavailable, "too many references wait to be fetched; try again later"); }
Status too_near_the_end() { return fail(Code::unavailable, "the server stops before the reference can be fetched"); }

}  // namespace

bool FetchTurns::State::try_take(const FetchPlace& place) {
  if (count(owners, place.owner) >= kFetchesPerOwner || count(hosts, place.host) >= kFetchesPerHost) return false;
  ++owners[place.owner];
  ++hosts[place.host];
  return true;
}

void FetchTurns::State::give_back(const FetchPlace& place) {
  take_one_off(owners, place.owner);
  take_one_off(hosts, place.host);
}

std::optional<SteadyTime> FetchTurns::State::promise(SteadyTime call) {
  if (!calls.empty() && *calls.begin() <= call) return std::nullopt;
  calls.insert(call);
  return call;
}

std::optional<SteadyTime> FetchTurns::ask(FetchPlace place, SteadyTime now, Begin begin, seconds longest) {
  Status turn;
  if (!place.owner.empty()) {
    auto state = state_.lock();
    if (state->is_closed) {
      turn = too_near_the_end();
    } else if (!state->try_take(place)) {
      const SteadyTime until = now + longest;
      state->waiting.push_back({std::move(place), until, std::move(begin)});
      return state->promise(until);
    }
  }
  begin(std::move(turn));
  return std::nullopt;
}

void FetchTurns::end(const FetchPlace& place) {
  if (place.owner.empty()) return;
  std::list<Waiting> ready;
  {
    auto state = state_.lock();
    state->give_back(place);
    for (auto one = state->waiting.begin(); one != state->waiting.end();) {
      const auto next = std::next(one);
      if (state->try_take(one->place)) ready.splice(ready.end(), state->waiting, one);
      one = next;
    }
  }
  for (Waiting& one : ready) one.begin({});
}

std::optional<SteadyTime> FetchTurns::refuse_late(SteadyTime now) {
  std::list<Waiting> late;
  std::optional<SteadyTime> next;
  {
    auto state = state_.lock();
    if (!state->calls.empty()) state->calls.erase(state->calls.begin());  // this one
    auto& waiting = state->waiting;
    for (auto one = waiting.begin(); one != waiting.end();) {
      const auto after = std::next(one);
      if (one->until <= now) late.splice(late.end(), waiting, one);
      one = after;
    }
    const auto first = std::ranges::min_element(waiting, {}, &Waiting::until);
    if (first != waiting.end()) next = state->promise(first->until);
  }
  for (Waiting& one : late) one.begin(too_late());
  return next;
}

void FetchTurns::close() {
  std::list<Waiting> refused;
  {
    auto state = state_.lock();
    state->is_closed = true;
    refused.swap(state->waiting);
  }
  for (Waiting& one : refused) one.begin(too_near_the_end());
}

}  // namespace darkroom::net
