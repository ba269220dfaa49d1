// The runner's part for operators: what the log, the metrics and an upstream's health hear of each attempt.
#include "base/log.h"
#include "engine/run.h"

namespace darkroom::engine {
namespace {

// What operators read of an attempt that failed; nothing where it says nothing about the upstream.
std::optional<std::string_view> class_of(const CallOutcome& outcome, const task::CallFailure& failure) {
  if (failure.code == Code::content_policy || failure.code == Code::unsupported) return std::nullopt;
  if (outcome.key_is_bad) return "key_refused";
  if (outcome.key_rest) return "key_over_quota";
  if (failure.kind == task::CallFailure::Kind::unknown) return "answer_lost";
  return info(failure.code).name;
}

}  // namespace

void Run::log_attempt(const Ended& ended, std::string_view outcome, const task::CallFailure* failure) const {
  log::info("attempt", {{"task", task_.id.text()},
                        {"call", ended.call},
                        {"attempt", task_.progress.calls[ended.call].attempts},
                        {"upstream", ended.upstream},
                        {"outcome", outcome},
                        {"detail", failure == nullptr ? std::string_view() : std::string_view(failure->detail)},
                        {"ms", took(ended).count()}});
}

milliseconds Run::took(const Ended& ended) const {
  return std::chrono::duration_cast<milliseconds>(engine_.parts.loop.now() - ended.began);
}

void Run::tell_delivered(const Ended& ended, milliseconds took) const {
  log_attempt(ended, "delivered", nullptr);
  engine_.count_attempt(ended.upstream, "delivered");
  engine_.health.delivered(ended.upstream, took, engine_.now());
}

void Run::tell_accepted(const Ended& ended) const {
  log_attempt(ended, "accepted", nullptr);
  engine_.count_attempt(ended.upstream, "accepted");
  engine_.health.answered(ended.upstream, engine_.now());
}

void Run::tell_failed(const Ended& ended, const task::CallFailure& failure) const {
  log_attempt(ended, info(failure.code).name, &failure);
  engine_.count_attempt(ended.upstream, failure.kind == task::CallFailure::Kind::unknown ? "unknown" : "failed");
  if (const auto why = class_of(ended.outcome, failure)) engine_.health.failed(ended.upstream, *why, engine_.now());
  if (failure.code == Code::content_policy) engine_.health.answered(ended.upstream, engine_.now());
}

void Run::tell_polled(const Ended& ended, const AskAgain& answer) const {
  if (answer.trouble.empty()) return engine_.health.answered(ended.upstream, engine_.now());
  engine_.health.troubled(ended.upstream, ended.outcome.key_is_bad ? "key_refused" : "poll_failed", engine_.now());
  log::warn("poll_failed",
            {{"task", task_.id.text()}, {"upstream", ended.upstream}, {"detail", std::string_view(answer.trouble)}});
}

void Run::tell_not_saved(const Ended& ended, const AskAgain& answer) const {
  engine_.health.troubled(ended.upstream, "output_not_fetched", engine_.now());
  log::warn("saving_failed",
            {{"task", task_.id.text()}, {"upstream", ended.upstream}, {"detail", std::string_view(answer.trouble)}});
}

}  // namespace darkroom::engine
