#include "engine/verdicts.h"

#include <fmt/format.h>

namespace darkroom::engine {
namespace {

using Kind = task::CallFailure::Kind;
using Signal = Limiter::Signal;

constexpr std::uint32_t kDoubtfulAttempts = 2;

CallOutcome failed(Kind kind, Code code, std::string detail, Signal signal) {
  task::CallFailure failure;
  failure.kind = kind;
  failure.code = code;
  failure.detail = std::move(detail);
  CallOutcome outcome;
  outcome.result = std::move(failure);
  outcome.signal = signal;
  return outcome;
}

// Of a submit.
struct JudgeSubmit {
  CallOutcome operator()(provider::Accepted& verdict) const {
    if (verdict.upstream_id.empty() || verdict.upstream_id.size() > provider::kUpstreamIdBytes) {
      // It was taken, but under a name that nobody can ask for.
      return failed(Kind::unknown, Code::provider_failed, "accepted without a usable id", Signal::failed);
    }
    return CallOutcome{JobAccepted{std::move(verdict.upstream_id)}, Signal::worked};
  }
  CallOutcome operator()(const provider::Pending&) const { return misplaced("pending"); }
  CallOutcome operator()(const provider::AskAlso&) const { return misplaced("ask also"); }
  CallOutcome operator()(const provider::Completed&) const { return misplaced("completed"); }
  CallOutcome operator()(const provider::JobFailed& verdict) const {
    return failed(verdict.worth_repeating ? Kind::retry : Kind::final, Code::provider_failed, verdict.reason,
                  Signal::worked);
  }
  CallOutcome operator()(const provider::RetryLater& verdict) const {
    CallOutcome outcome = failed(Kind::retry, Code::provider_submit_failed, verdict.reason,
                                 verdict.rest_key ? Signal::neutral : Signal::failed);
    // A key that rests is not asked again before its time, but another key of the pool may be: the wish is the key's.
    if (verdict.rest_key) {
      outcome.key_rest = verdict.after.value_or(kDefaultKeyRest);
    } else {
      std::get<task::CallFailure>(outcome.result).retry_after = verdict.after;
    }
    return outcome;
  }
  CallOutcome operator()(const provider::TryNextRoute& verdict) const {
    CallOutcome outcome = failed(Kind::next_route, Code::provider_submit_failed, verdict.reason, Signal::neutral);
    outcome.key_is_bad = verdict.key_is_bad;
    return outcome;
  }
  CallOutcome operator()(const provider::Refused& verdict) const {
    if (!verdict.doubtful) return failed(Kind::final, Code::content_policy, verdict.reason, Signal::worked);
    // Words where a picture was wanted: sometimes chance, so asked once more; then a non-picture answer, not a policy.
    CallOutcome outcome = failed(Kind::retry, Code::provider_failed, verdict.reason, Signal::worked);
    std::get<task::CallFailure>(outcome.result).attempts_at_most = kDoubtfulAttempts;
    return outcome;
  }
  // Nothing will help at this vendor; another may take it.
  CallOutcome operator()(const provider::Rejected& verdict) const {
    return failed(Kind::next_route, Code::provider_failed, verdict.reason, Signal::worked);
  }
  CallOutcome operator()(const provider::Unreadable& verdict) const {
    return failed(Kind::retry, Code::provider_failed, verdict.reason, Signal::failed);
  }

 private:
  static CallOutcome misplaced(std::string_view what) {
    return failed(Kind::final, Code::provider_failed, "unexpected verdict: " + std::string(what), Signal::neutral);
  }
};

// Of a poll: only what is said of the job counts for it; trouble with the question means to ask it again.
struct JudgePoll {
  CallOutcome operator()(const provider::Accepted&) const { return again({}, "unexpected verdict: accepted"); }
  CallOutcome operator()(const provider::Pending& verdict) const { return again(verdict.next, {}); }
  CallOutcome operator()(const provider::AskAlso&) const { return again({}, "unexpected verdict: ask also"); }
  CallOutcome operator()(const provider::Completed&) const { return again({}, "unexpected verdict: completed"); }
  CallOutcome operator()(provider::JobFailed& verdict) const { return JudgeSubmit()(verdict); }
  CallOutcome operator()(const provider::RetryLater& verdict) const { return again(verdict.after, verdict.reason); }
  CallOutcome operator()(const provider::TryNextRoute& verdict) const {
    CallOutcome outcome = again({}, verdict.reason);
    outcome.key_is_bad = verdict.key_is_bad;
    return outcome;
  }
  CallOutcome operator()(const provider::Refused& verdict) const { return JudgeSubmit()(verdict); }
  CallOutcome operator()(const provider::Rejected& verdict) const {
    return failed(Kind::final, Code::provider_failed, verdict.reason, Signal::worked);
  }
  CallOutcome operator()(const provider::Unreadable& verdict) const { return again({}, verdict.reason); }

 private:
  static CallOutcome again(std::optional<milliseconds> after, std::string trouble) {
    return CallOutcome{AskAgain{after, std::move(trouble)}};
  }
};

}  // namespace

CallOutcome judge_failure(const net::Failure& failure, bool head_seen) {
  const Code code = failure.error.code;
  const std::string& detail = failure.error.message;
  if (code == Code::cancelled) return failed(Kind::unknown, Code::cancelled, detail, Signal::neutral);
  if (!failure.request_may_have_arrived) {
    return failed(Kind::retry, Code::provider_submit_failed, detail, Signal::failed);
  }
  // The vendor has answered, but what came is no answer: it knows, and so do we, that this call is over.
  if (code == Code::bad_json || code == Code::bad_media) {
    return failed(Kind::retry, Code::provider_failed, detail, Signal::failed);
  }
  // The vendor may bill what our own disk refused, and has done nothing wrong.
  if (code == Code::io_failed) {
    CallOutcome outcome = failed(Kind::unknown, Code::provider_failed, detail, Signal::neutral);
    outcome.disk_failed = true;
    return outcome;
  }
  // The answer was cut off: the vendor may bill it.
  if (head_seen) return failed(Kind::unknown, Code::provider_failed, detail, Signal::failed);
  return failed(Kind::unknown, Code::provider_submit_failed, detail, Signal::failed);
}

CallOutcome judge_inexpressible(const Error& error) {
  const std::string_view what = error.field.empty() ? std::string_view("the request") : std::string_view(error.field);
  CallOutcome outcome =
      failed(Kind::next_route, Code::unsupported, fmt::format("{}: {}", what, error.message), Signal::neutral);
  std::get<task::CallFailure>(outcome.result).problem =
      fmt::format("{}: no available provider can do what was asked", what);
  return outcome;
}

CallOutcome judge_submit(provider::Verdict verdict) { return std::visit(JudgeSubmit(), verdict); }
CallOutcome judge_poll(provider::Verdict verdict) { return std::visit(JudgePoll(), verdict); }

}  // namespace darkroom::engine
