// The task machine: every decision about a task's life, as pure functions of the task, the event and the time. It is
// the only writer of task states. The engine asks next_action(), performs it, and reports back with one of the apply
// functions; it then stores the task and the events and entries that the machine put into `Change`. Threads: no state.
// Picture: docs/TASK_STATES.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ledger/entry.h"
#include "task/task.h"

namespace darkroom::task {

struct RetryPolicy {
  std::uint32_t attempts = 5;
  milliseconds budget{30'000};      // from the first failure of a call to its last attempt
  milliseconds first_delay{1'000};  // full jitter: uniform in [0, first_delay * 2^k], at most longest_delay
  milliseconds longest_delay{10'000};
  std::uint32_t hops = 16;  // changes of key or route without a counted attempt
};

// What must be stored together with the changed task.
struct Change {
  std::vector<Event> events;
  std::vector<ledger::Entry> entries;
};

// How one attempt of one call ended badly.
struct CallFailure {
  enum class Kind : std::uint8_t {
    retry,       // may work later on the same route
    next_route,  // this route cannot; another may (not a counted attempt)
    next_key,    // this key cannot; another key of the same route can (not a counted attempt)
    final,       // no sense in asking again
    unknown,     // the request may have arrived, the answer was lost
  };
  Kind kind = Kind::retry;
  Code code = Code::provider_submit_failed;  // what the customer sees if this was the last
  std::optional<milliseconds> retry_after;   // the vendor's wish
  std::uint32_t attempts_at_most = 0;        // below the policy's number for doubtful answers; 0: the policy's
  bool can_look_up = false;                  // unknown only: the vendor can be asked whether it has the job
  std::string detail;                        // for the event log, ours, no secrets
  int upstream_status = 0;                   // of the answer, for the event log; 0: there was none
  std::string problem = {};                  // what the customer reads if this was the last; empty: the code's meaning
};

// A lost submit needs a moment to show up in the vendor's own list.
inline constexpr milliseconds kLookUpDelay{2'000};

// What happens to the money of calls that were sent when their task is cancelled; what was not sent is free.
enum class CancelRule : std::uint8_t { free, charge, refuse };
enum class Cancelled : std::uint8_t { done, ended_before, refused };

// Next actions.
struct FetchReferences {};
struct SubmitCalls {
  std::vector<std::uint32_t> calls;  // indices of all that wait and are due; as many of them as may go
};
struct PollCalls {
  std::vector<std::uint32_t> calls;  // accepted, and due
};
struct LookUpCalls {
  std::vector<std::uint32_t> calls;  // lost, and due
};
struct WaitUntil {
  WallTime when;
};
struct Cancel {};  // the caller's own deadline has come
struct Finish {
  State state = State::failed;  // completed or failed
  std::optional<Code> failure;
};
using Action = std::variant<FetchReferences, SubmitCalls, PollCalls, LookUpCalls, WaitUntil, Cancel, Finish>;

// A new task in state queued. `plan.routes` must not be empty.
Task make_task(TaskId id, AccountId account, KeyId key, ledger::Book book, Plan plan, WallTime now);
// What every task's birth implies, at any time of its life: its hold entry, and its event 0, "accepted".
ledger::Entry hold_of(const Task& task);
Event first_event_of(const Task& task);

// When the wall-clock cap ends the task; a task that has not begun has its whole cap before it.
WallTime cap_of(const Task& task, WallTime now);

// What to do now with a claimed task. Never SubmitCalls with none.
Action next_action(const Task& task, WallTime now);

// The routes that may do the call: its own, then those behind it, then those before it; without what has refused it.
std::vector<std::uint32_t> routes_for(const Task& task, const Call& call);

// A task that was claimed after a crash may have calls in flight of which nobody knows: each becomes a failure
// `unknown`, or lost where the vendor of its route can be asked.
void recover(Task& task, WallTime now, const RetryPolicy& policy, double unit_random,
             const std::function<bool(const Route&)>& can_look_up, Change& change);

void references_fetched(Task& task, std::vector<Reference> references, WallTime now, Change& change);
// The references cannot be had: the task fails with `code` (always refunded). `problem` names the field and says why,
// in words for the customer.
void references_failed(Task& task, Code code, std::string problem, WallTime now, Change& change);

// The calls are about to be sent, each under the key of that tag; the task must be stored before the first byte leaves.
void begin_calls(Task& task, const std::vector<std::uint32_t>& calls, const std::vector<std::string>& key_tags,
                 WallTime now, Change& change);
// Its route rests, and that one does not: the call goes there, without counting an attempt. It has not been sent.
void pass_over(Task& task, std::uint32_t call, std::uint32_t route, WallTime now, Change& change);
// No route lets the call go before `until`: wait without counting an attempt, within the retry budget.
void postpone_call(Task& task, std::uint32_t call, WallTime until, WallTime now, const RetryPolicy& policy,
                   Change& change);
// Nothing is wrong with the call, only its turn at the upstream has not come, or an operator holds it back.
void pace_call(Task& task, std::uint32_t call, WallTime until);
// An asynchronous vendor has the job, as it said itself or as a look-up showed; the task must be stored before anything
// else happens.
void call_accepted(Task& task, std::uint32_t call, std::string upstream_id, WallTime poll_at, WallTime now,
                   Change& change);
// An accepted call is not done yet, or a lost one not found yet, or the question had no answer.
void ask_again(Task& task, std::uint32_t call, WallTime when);
// The vendor is done with an accepted call, and its outputs are being fetched.
void begin_saving(Task& task, std::uint32_t call, WallTime now, Change& change);
// They could not be fetched. The vendor is asked for them again; after a few times the call has failed.
void saving_failed(Task& task, std::uint32_t call, std::string detail, WallTime ask_again_at, WallTime now,
                   Change& change);
// `outputs` has at least one result.
void call_delivered(Task& task, std::uint32_t call, std::vector<Output> outputs, WallTime now, Change& change);
// Of a call that is in flight, accepted or lost.
// `unit_random` in [0, 1) is the jitter.
void call_failed(Task& task, std::uint32_t call, const CallFailure& failure, const RetryPolicy& policy,
                 double unit_random, WallTime now, Change& change);

// Back to the queue until `when`, without the lease; the task is running if a vendor has one of its calls.
void wait_until(Task& task, WallTime when, WallTime now, Change& change);
// Ends the task: state, capture for what was delivered, release of the rest, the last event.
void finish(Task& task, const Finish& finish, WallTime now, Change& change);
// Ends a task on its owner's wish. A refused task goes on, and forgets its own deadline.
Cancelled cancel(Task& task, CancelRule rule, WallTime now, Change& change);

}  // namespace darkroom::task
