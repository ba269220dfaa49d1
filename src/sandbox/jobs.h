// Jobs: what the stand-in of an asynchronous vendor remembers from the submit to the collection of the result. Time
// alone moves a job: it runs for so long and is then done. Bounded: the jobs unused for longest are forgotten.
// Threads: any.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/random.h"
#include "sandbox/lru.h"

namespace darkroom::sandbox {

inline constexpr milliseconds kJobTime{3'000};  // of a job that nothing slows down: two or three polls
inline constexpr std::uint64_t kRememberedJobBytes = 128 << 20;

// `Ask` is what was asked for, checked, with all that the result is made of.
template <class Ask>
class Jobs {
 public:
  struct View {
    std::shared_ptr<const Ask> ask;
    milliseconds left{0};  // until it is done; 0: it is
    double progress = 1;   // 0 to 1
    bool cancelled = false;
  };

  Jobs(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

  // The job's number, by which the vendor names it in its own way: random, so that a number from before a restart
  // names no other job. `bytes`: what the job weighs.
  std::uint64_t add(Ask ask, milliseconds time, std::uint64_t bytes) {
    const std::uint64_t number = random_.next_u64();
    const SteadyTime now = clock_.steady_now();
    jobs_.lock()->put(number, {std::make_shared<const Ask>(std::move(ask)), now, now + time}, bytes);
    return number;
  }

  // Nothing for a job that never was or is forgotten.
  std::optional<View> find(std::uint64_t number) {
    auto held = jobs_.lock();
    const Job* job = held->find(number);
    return job == nullptr ? std::nullopt : std::optional(look_at(*job));
  }

  // All that are remembered, the newest first.
  std::vector<std::pair<std::uint64_t, View>> list() {
    std::vector<std::pair<SteadyTime, std::uint64_t>> order;
    std::vector<std::pair<std::uint64_t, View>> all;
    {
      auto held = jobs_.lock();
      held->for_each([&](std::uint64_t number, const Job& job) { order.emplace_back(job.began_at, number); });
    }
    std::ranges::sort(order, std::greater());
    for (const auto& [began_at, number] : order) {
      if (auto view = find(number)) all.emplace_back(number, std::move(*view));
    }
    return all;
  }

  // False if it is unknown, done or cancelled already.
  bool cancel(std::uint64_t number) {
    auto held = jobs_.lock();
    Job* job = held->find(number);
    if (job == nullptr || job->cancelled || clock_.steady_now() >= job->done_at) return false;
    return job->cancelled = true;
  }

 private:
  struct Job {
    std::shared_ptr<const Ask> ask;
    SteadyTime began_at;
    SteadyTime done_at;
    bool cancelled = false;
  };

  View look_at(const Job& job) const {
    const SteadyTime now = clock_.steady_now();
    View view{.ask = job.ask, .cancelled = job.cancelled};
    if (now >= job.done_at) return view;
    view.left = std::chrono::ceil<milliseconds>(job.done_at - now);
    view.progress = std::chrono::duration<double>(now - job.began_at) / (job.done_at - job.began_at);
    return view;
  }

  const Clock& clock_;
  Random& random_;
  Guarded<Lru<Job>> jobs_{kRememberedJobBytes};
};

}  // namespace darkroom::sandbox
