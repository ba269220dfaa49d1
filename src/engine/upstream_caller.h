// The seam between the engine and the outside: one question to a vendor, from request to stored output. The real one is
// engine/http_caller; the simulation has its own.
// Threads: the engine's loop. perform() never throws; it always ends by its deadline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"
#include "engine/limiter.h"
#include "runtime/async.h"
#include "task/machine.h"

namespace darkroom::engine {

enum class Ask : std::uint8_t {
  submit,
  poll,     // is an accepted job done?
  look_up,  // does the vendor have a job whose submit was lost?
  stop      // please give the job up; how it ends does not matter
};

struct CallOrder {
  Ask ask = Ask::submit;
  TaskId task;
  std::uint32_t call = 0;
  std::uint32_t attempt = 1;
  const Upstream* upstream = nullptr;  // lives as long as the engine
  std::string wire_model;
  std::string kind;  // of the task: "image", "video" or "tool"
  std::string mode;
  std::string prompt;
  json::object parameters;
  std::vector<task::Reference> references;
  std::uint32_t outputs = 1;      // results to ask for
  std::uint32_t first_index = 0;  // the number of this call's first output in its file name
  std::uint32_t extra_index = 0;  // the same of what comes along with the results
  std::string upstream_id;        // of a poll or a stop
  std::size_t key = 0;            // index into upstream->api_keys
  milliseconds deadline{300'000};
};

// The vendor is done and its outputs are known, but not yet fetched: what save() goes on with.
struct FinishedJob {
  virtual ~FinishedJob() = default;
};
struct JobAccepted {
  std::string upstream_id;
};
// A question that had no useful answer yet.
struct AskAgain {
  std::optional<milliseconds> after;  // the vendor's wish
  std::string trouble;                // why there was no answer; empty: it just is not done
};
struct JobAbsent {};   // the vendor surely does not have it
struct JobUnclear {};  // nobody can tell

struct CallOutcome {
  // submit: outputs, failure or accepted; poll: finished, failure or again; look_up: accepted, absent, unclear or
  // again; save: outputs, failure or again.
  std::variant<std::vector<task::Output>, task::CallFailure, JobAccepted, AskAgain, std::shared_ptr<FinishedJob>,
               JobAbsent, JobUnclear>
      result;
  Limiter::Signal signal = Limiter::Signal::neutral;
  bool key_is_bad = false;  // rest it for kBadKeyRest
  std::optional<milliseconds> key_rest = {};
  bool disk_failed = false;  // ours, when it was to keep what the vendor gave
};

// A call that costs nothing: whether the vendor is well, or what is left there.
enum class FreeAsk : std::uint8_t { probe, balance };
struct FreeOrder {
  FreeAsk ask = FreeAsk::probe;
  const Upstream* upstream = nullptr;  // lives as long as the engine
  std::size_t key = 0;                 // index into upstream->api_keys
};
struct FreeAnswer {
  provider::Condition condition = provider::Condition::strange;
  std::string detail;                        // why it is not well, or no balance came
  std::optional<provider::Balance> balance;  // if that was asked for
};

class UpstreamCaller {
 public:
  virtual ~UpstreamCaller() = default;
  virtual Async<CallOutcome> perform(CallOrder order) = 0;
  // Fetches, checks and stores what a poll found finished.
  virtual Async<CallOutcome> save(CallOrder order, std::shared_ptr<FinishedJob> job) = 0;
  // Whether vendors of that upstream can be asked for a job whose submit was lost.
  virtual bool can_look_up(const Upstream& upstream) const = 0;
  // Whether there is such a free call, and its answer within kProbeDeadline.
  virtual bool can_ask_free(const Upstream&, FreeAsk) const { return false; }
  virtual Async<FreeAnswer> ask_free(FreeOrder) { co_return FreeAnswer(); }
  // Ends the task's calls in flight soon, or everybody's, with Code::cancelled as their failure's code.
  virtual void cancel(TaskId task) = 0;
  virtual void cancel_all() = 0;
};

// Where reference pictures come from: fetched once, checked, kept until the task has ended.
class References {
 public:
  virtual ~References() = default;
  // `account` is the task's, whose fetches are bounded over all its tasks.
  virtual Async<Result<std::vector<task::Reference>>> fetch(TaskId task, AccountId account,
                                                            std::vector<task::ReferenceSource> sources) = 0;
  // The task has ended; its references are no longer needed.
  virtual void forget(TaskId task) = 0;
};

}  // namespace darkroom::engine
