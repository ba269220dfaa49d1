// The two tables that turn what happened upstream into what the task machine understands.
#include "engine/http_caller.h"

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

struct Judge {
  CallOutcome operator()(const provider::Accepted&) const { return misplaced("accepted"); }
  CallOutcome operator()(const provider::Pending&) const { return misplaced("pending"); }
  CallOutcome operator()(const provider::AskAlso&) const { return misplaced("ask also"); }
  CallOutcome operator()(const provider::Completed&) const { return misplaced("completed"); }
  CallOutcome operator()(const provider::JobFailed& verdict) const {
    return failed(verdict.worth_repeating ? Kind::retry : Kind::final, Code::provider_failed, verdict.reason,
                  Signal::failed);
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
  CallOutcome operator()(const provider::Rejected& verdict) const {
    return failed(Kind::final, Code::provider_failed, verdict.reason, Signal::worked);
  }
  CallOutcome operator()(const provider::Unreadable& verdict) const {
    return failed(Kind::retry, Code::provider_failed, verdict.reason, Signal::failed);
  }

 private:
  // Only asynchronous vendors say this, and no route to one exists yet.
  static CallOutcome misplaced(std::string_view what) {
    return failed(Kind::final, Code::provider_failed, "unexpected verdict: " + std::string(what), Signal::neutral);
  }
};

}  // namespace

CallOutcome judge_failure(const net::Failure& failure, bool head_seen) {
  const Code code = failure.error.code;
  const std::string& detail = failure.error.message;
  if (!failure.request_may_have_arrived) {
    return failed(Kind::retry, Code::provider_submit_failed, detail, Signal::failed);
  }
  // The vendor has answered, but what came is no answer: it knows, and so do we, that this call is over.
  if (code == Code::bad_json || code == Code::bad_media) {
    return failed(Kind::retry, Code::provider_failed, detail, Signal::failed);
  }
  // The answer was cut off, or our own disk refused it: the vendor may bill it.
  if (head_seen) return failed(Kind::unknown, Code::provider_failed, detail, Signal::failed);
  return failed(Kind::unknown, Code::provider_submit_failed, detail, Signal::failed);
}

CallOutcome judge_verdict(const provider::Verdict& verdict) { return std::visit(Judge(), verdict); }

}  // namespace darkroom::engine
