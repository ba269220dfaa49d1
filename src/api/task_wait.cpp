#include "api/task_wait.h"

#include <algorithm>
#include <utility>

namespace darkroom::api {
namespace {

constexpr milliseconds kShortestPause{20};
constexpr milliseconds kLongestPause{1000};
constexpr int kPausesInAWait = 16;

SteadyTime next_look(SteadyTime began, SteadyTime now) {
  const auto share = std::chrono::duration_cast<milliseconds>((now - began) / kPausesInAWait);
  return now + std::clamp(share, kShortestPause, kLongestPause);
}

}  // namespace

Async<Result<usecase::TaskViewRef>> wait_for_end(Exchange& exchange, TaskId id, SteadyTime deadline) {
  Loop& loop = exchange.loop;
  const SteadyTime began = loop.now();
  for (;;) {
    Result<usecase::TaskViewRef> view = co_await exchange.services.tasks.get(loop, id, exchange.caller->account);
    const SteadyTime now = loop.now();
    const bool goes_on = view && !task::is_ended((*view)->state);
    if (!goes_on || now >= deadline || exchange.services.readiness.is_draining()) co_return view;
    const SteadyTime again = std::min(next_look(began, now), deadline);
    co_await await_on<bool>(loop, [&loop, again](Done<bool> done) {
      loop.call_at(again, [done = std::move(done)]() mutable { done(true); });
    });
  }
}

}  // namespace darkroom::api
