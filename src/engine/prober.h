// Prober: asks upstreams for nothing (engine/probe.h) whether they are well and what is left, each when it is due or an
// operator tests it. A finding changes one thing only: an upstream that was seen unwell and then well rests no longer,
// so that the next task may try it; whether it works is decided by that task, as ever.
// Threads: the engine's loop only. Bounded: one question of a kind at a time for each upstream, kProbeDeadline long.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "base/random.h"
#include "engine/limiter.h"
#include "engine/pauses.h"
#include "engine/upstream_caller.h"
#include "runtime/async_scope.h"

namespace darkroom::engine {

class Prober {
 public:
  struct Parts {
    Limiter& limiter;
    UpstreamCaller& caller;
    const Clock& clock;
    Random& random;
    Pauses& pauses;
    const bool& is_stopping;
    AsyncScope& scope;              // of what it asks by itself
    Metrics* metrics = nullptr;     // may be null
    std::function<void()> on_room;  // an upstream rests no longer
  };
  explicit Prober(Parts parts);

  // Asks what is due until the engine stops. Ends at once where nothing can ever be asked.
  Async<void> ask_regularly();
  void set_policy(const std::string& upstream, ProbePolicy policy);
  // Asks at once, for the balance too. not_found for an upstream that there is not, conflict where the vendor has no
  // free call, rate_limited within kTestPause of the last test.
  Async<Result<ProbeFinding>> test(std::string upstream);

  // Fills in what is known here, and brings the gauges up to it.
  void describe(UpstreamStatus& status) const;

 private:
  struct Record {
    ProbeStatus status;
    bool is_probing = false;
    bool is_reading_balance = false;
    std::optional<WallTime> balance_asked_at;
    std::optional<WallTime> tested_at;
    std::size_t asked = 0;           // how often: each key in turn
    bool was_unwell = false;         // seen so, and not well since
    std::vector<bool> refused_keys;  // seen refused, and not taken since
    double jitter = 0;               // of the pauses that run
  };
  void ask_what_is_due();
  Status begin_test(const std::string& upstream);
  Async<void> probe(std::string upstream);
  Async<void> read_balance(std::string upstream);
  FreeOrder make_order(const std::string& upstream, FreeAsk ask);
  void note_probe(const FreeOrder& order, const FreeAnswer& answer, WallTime asked_at);
  void note_balance(const FreeOrder& order, FreeAnswer answer, WallTime asked_at);
  void end_rests(const FreeOrder& order, provider::Condition condition);

  Parts parts_;
  std::map<std::string, Record, std::less<>> records_;  // of every upstream
};

}  // namespace darkroom::engine
