#include "tests/sim/vendors.h"

#include <fmt/format.h>

namespace darkroom::sim {
namespace {

using Kind = task::CallFailure::Kind;
using Signal = engine::Limiter::Signal;

engine::CallOutcome fail_with(Kind kind, Code code, Signal signal = Signal::neutral) {
  task::CallFailure failure;
  failure.kind = kind;
  failure.code = code;
  engine::CallOutcome outcome;
  outcome.result = std::move(failure);
  outcome.signal = signal;
  return outcome;
}

std::vector<task::Output> make_outputs(const engine::CallOrder& order) {
  task::Output output;
  output.blob = fmt::format("tasks/{}/{}.png", order.task.hex(), order.call);
  output.mime = "image/png";
  output.size_bytes = 1;
  return std::vector{std::move(output)};
}

engine::CallOutcome ask_again(std::string trouble) {
  return engine::CallOutcome{engine::AskAgain{{}, std::move(trouble)}};
}

}  // namespace

engine::CallOutcome Vendors::answer(const engine::CallOrder& order, WallTime now) {
  switch (order.ask) {
    case engine::Ask::submit: return order.upstream->name == "second" ? submit_job(order, now) : submit_picture(order);
    case engine::Ask::poll: return poll(order, now);
    case engine::Ask::look_up: return look_up(order);
    case engine::Ask::stop: jobs_.erase(order.upstream_id); return engine::CallOutcome{engine::JobUnclear{}};
  }
  DR_CHECK(false);
}

engine::CallOutcome Vendors::submit_picture(const engine::CallOrder& order) {
  const double dice = trouble_() ? random_.unit() : 1.0;
  if (dice < 0.30) {
    engine::CallOutcome busy = fail_with(Kind::retry, Code::provider_submit_failed, Signal::failed);
    if (chance(0.3)) std::get<task::CallFailure>(busy.result).retry_after = milliseconds(random_.below(40'000));
    return busy;
  }
  if (dice < 0.40) {
    ++lost_at_most_;
    ++begun_[{order.task, order.call}];
    return fail_with(Kind::unknown, Code::provider_submit_failed, Signal::failed);
  }
  if (dice < 0.50) return fail_with(Kind::final, Code::content_policy, Signal::worked);
  if (dice < 0.60) {
    engine::CallOutcome elsewhere = fail_with(Kind::next_route, Code::provider_submit_failed);
    elsewhere.key_is_bad = chance(0.5);
    return elsewhere;
  }
  if (dice < 0.70) {
    engine::CallOutcome quota = fail_with(Kind::retry, Code::provider_submit_failed);
    quota.key_rest = milliseconds(random_.below(20'000));
    return quota;
  }
  ++begun_[{order.task, order.call}];
  return engine::CallOutcome{make_outputs(order), Signal::worked};
}

std::string Vendors::make_job(const engine::CallOrder& order, WallTime now) {
  std::string id = fmt::format("job-{}", jobs_.size() + begun_.size() * 1000 + random_.below(1000));
  Job job;
  job.call = {order.task, order.call};
  job.attempt = order.attempt;
  job.done_at = now + milliseconds(random_.below(chance(0.05) ? 600'000 : 40'000));
  if (trouble_()) job.end = chance(0.5) ? Job::End::failed : Job::End::refused;
  ++begun_[job.call];
  jobs_[id] = job;
  return id;
}

engine::CallOutcome Vendors::submit_job(const engine::CallOrder& order, WallTime now) {
  const double dice = trouble_() ? random_.unit() : 1.0;
  if (dice < 0.3) return fail_with(Kind::retry, Code::provider_submit_failed, Signal::failed);
  if (dice < 0.6) {
    // The submit may have arrived; only the vendor's list can tell.
    ++lost_at_most_;
    if (chance(0.5)) (void)make_job(order, now);
    engine::CallOutcome lost = fail_with(Kind::unknown, Code::provider_submit_failed, Signal::failed);
    std::get<task::CallFailure>(lost.result).can_look_up = true;
    return lost;
  }
  return engine::CallOutcome{engine::JobAccepted{make_job(order, now)}, Signal::worked};
}

engine::CallOutcome Vendors::poll(const engine::CallOrder& order, WallTime now) {
  if (trouble_()) return ask_again("the line is bad");
  const auto found = jobs_.find(order.upstream_id);
  if (found == jobs_.end()) return fail_with(Kind::final, Code::provider_failed);
  const Job& job = found->second;
  if (now < job.done_at) return ask_again({});
  switch (job.end) {
    case Job::End::delivered: return engine::CallOutcome{std::make_shared<engine::FinishedJob>()};
    case Job::End::refused: return fail_with(Kind::final, Code::content_policy);
    case Job::End::failed: break;
  }
  ++failed_[job.call];
  jobs_.erase(found);
  return fail_with(Kind::retry, Code::provider_failed);
}

engine::CallOutcome Vendors::look_up(const engine::CallOrder& order) {
  if (trouble_()) {
    if (chance(0.7)) return ask_again("the list cannot be had");
    return engine::CallOutcome{engine::JobUnclear{}};
  }
  for (const auto& [id, job] : jobs_) {
    if (job.call == CallName{order.task, order.call} && job.attempt == order.attempt) {
      return engine::CallOutcome{engine::JobAccepted{id}};
    }
  }
  return engine::CallOutcome{engine::JobAbsent{}};
}

engine::CallOutcome Vendors::save(const engine::CallOrder& order) {
  if (!trouble_()) return engine::CallOutcome{make_outputs(order)};
  ++lost_at_most_;  // after a few times the vendor has made what we never got
  return ask_again("the link is broken");
}

}  // namespace darkroom::sim
