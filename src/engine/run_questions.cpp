// The runner's part about jobs that a vendor has: when it is asked, what its answers mean, and the saving of results.
#include "base/log.h"
#include "engine/poll_pace.h"
#include "engine/run.h"

namespace darkroom::engine {
namespace {

constexpr milliseconds kTroubleRetry{5'000};  // after a question that had no answer, at least
constexpr milliseconds kBadKeyRetry{30'000};  // the job's own key was refused: only an operator can help
constexpr std::uint32_t kMostLookUps = 5;

}  // namespace

// Of these calls, those whose upstream is still known; the others wait for an operator to bring it back.
std::vector<std::uint32_t> Run::pick_known(const std::vector<std::uint32_t>& calls) {
  std::vector<std::uint32_t> known;
  for (const std::uint32_t call : calls) {
    if (engine_.limiter.find(route_of(call).upstream) != nullptr) {
      known.push_back(call);
    } else {
      task::ask_again(task_, call, engine_.now() + kUnknownUpstreamRetry);
    }
  }
  return known;
}

Run::Box Run::ask_all(Ask ask, const std::vector<std::uint32_t>& calls) {
  Box box = std::make_shared<Mailbox<Ended>>(engine_.parts.loop);
  for (const std::uint32_t call : calls) {
    const std::size_t key = engine_.limiter.find_key(route_of(call).upstream, task_.progress.calls[call].key_tag);
    engine_.scope.spawn(ask_one(engine_, make_order(ask, call, key), box));
  }
  return box;
}

WallTime Run::next_question(const task::Call& call, const Ended& ended) const {
  const WallTime now = engine_.now();
  const milliseconds age = call.state == task::CallState::accepted ? now - call.accepted_at : milliseconds(0);
  const auto typical = engine_.job_medians.median(ended.upstream + "/" + route_of(ended.call).wire_model);
  milliseconds wait = next_poll(age, typical, engine_.parts.random.unit());
  if (const auto* again = std::get_if<AskAgain>(&ended.outcome.result)) {
    wait = std::max(wait, again->after.value_or(milliseconds(0)));
    if (!again->trouble.empty()) wait = std::max(wait, kTroubleRetry);
  }
  if (ended.outcome.key_is_bad) wait = std::max(wait, kBadKeyRetry);
  return now + wait;
}

Async<bool> Run::poll(std::vector<std::uint32_t> calls) {
  if (const bool saved = co_await save_decisions(); !saved) co_return false;
  calls = pick_known(calls);
  Box box = ask_all(Ask::poll, calls);
  std::vector<Ended> finished;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    Ended ended = co_await box->next();
    take_poll(std::move(ended), finished);
  }
  if (engine_.cutting) co_return false;
  if (finished.empty()) co_return true;
  co_return co_await save_outputs(std::move(finished));
}

void Run::take_poll(Ended ended, std::vector<Ended>& finished) {
  if (std::holds_alternative<std::shared_ptr<FinishedJob>>(ended.outcome.result)) {
    const task::Call& call = task_.progress.calls[ended.call];
    // A job that its first question finds done may have been done long before. What is told of it then is less than
    // half of the typical time, so that a median that has become too long falls soon; one that is right has such jobs
    // below it anyway, and stays.
    const double age_seconds = static_cast<double>((engine_.now() - call.accepted_at).count()) / 1000.0;
    const double took_seconds = call.polls == 0 ? age_seconds / 2 : age_seconds;
    engine_.job_medians.add(ended.upstream + "/" + route_of(ended.call).wire_model, took_seconds);
    finished.push_back(std::move(ended));
    return;
  }
  const auto* failure = std::get_if<task::CallFailure>(&ended.outcome.result);
  if (failure != nullptr && failure->code != Code::cancelled) {
    take_failure(std::move(ended));
    drop_slots();
    return;
  }
  if (const auto* again = std::get_if<AskAgain>(&ended.outcome.result)) tell_polled(ended, *again);
  task::ask_again(task_, ended.call, next_question(task_.progress.calls[ended.call], ended));
}

Async<bool> Run::save_outputs(std::vector<Ended> finished) {
  for (const Ended& ended : finished) task::begin_saving(task_, ended.call, engine_.now(), change_);
  if (const bool saved = co_await save(); !saved) co_return false;
  Box box = std::make_shared<Mailbox<Ended>>(engine_.parts.loop);
  for (Ended& ended : finished) {
    auto job = std::move(std::get<std::shared_ptr<FinishedJob>>(ended.outcome.result));
    engine_.scope.spawn(save_one(engine_, make_order(Ask::poll, ended.call, ended.key), std::move(job), box));
  }
  for (std::size_t i = 0; i < finished.size(); ++i) {
    Ended ended = co_await box->next();
    take_saved(std::move(ended));
  }
  co_return !engine_.cutting;
}

void Run::take_saved(Ended ended) {
  const WallTime now = engine_.now();
  if (ended.outcome.disk_failed) engine_.hold_for_room();
  if (auto* outputs = std::get_if<std::vector<task::Output>>(&ended.outcome.result)) {
    tell_delivered(ended, now - task_.progress.calls[ended.call].accepted_at);
    task::call_delivered(task_, ended.call, std::move(*outputs), now, change_);
  } else if (const auto* failure = std::get_if<task::CallFailure>(&ended.outcome.result);
             failure != nullptr && failure->code != Code::cancelled) {
    take_failure(std::move(ended));
  } else if (auto* again = std::get_if<AskAgain>(&ended.outcome.result)) {
    tell_not_saved(ended, *again);
    const WallTime when = next_question(task_.progress.calls[ended.call], ended);
    task::saving_failed(task_, ended.call, std::move(again->trouble), when, now, change_);
  }
  drop_slots();
}

Async<bool> Run::look_up(std::vector<std::uint32_t> calls) {
  if (const bool saved = co_await save_decisions(); !saved) co_return false;
  calls = pick_known(calls);
  Box box = ask_all(Ask::look_up, calls);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    Ended ended = co_await box->next();
    take_look_up(std::move(ended));
  }
  co_return !engine_.cutting;
}

void Run::take_look_up(Ended ended) {
  const WallTime now = engine_.now();
  const task::Call& call = task_.progress.calls[ended.call];
  if (auto* found = std::get_if<JobAccepted>(&ended.outcome.result)) {
    log::info("lost_job_found", {{"task", task_.id.text()}, {"upstream", ended.upstream}});
    const WallTime first = next_question(call, ended);
    task::call_accepted(task_, ended.call, std::move(found->upstream_id), first, now, change_);
    return;
  }
  const bool is_absent = std::holds_alternative<JobAbsent>(ended.outcome.result);
  const bool is_unclear = std::holds_alternative<JobUnclear>(ended.outcome.result) || call.polls + 1 >= kMostLookUps;
  if (!is_absent && !is_unclear) {
    task::ask_again(task_, ended.call, next_question(call, ended));
    return;
  }
  task::CallFailure failure;
  failure.kind = is_absent ? task::CallFailure::Kind::retry : task::CallFailure::Kind::unknown;
  failure.code = call.failure.value_or(Code::provider_submit_failed);
  failure.detail = is_absent ? "the vendor does not have the job" : "whether the vendor has the job cannot be known";
  ended.outcome.result = std::move(failure);
  take_failure(std::move(ended));
  drop_slots();
}

}  // namespace darkroom::engine
