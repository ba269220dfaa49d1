// Callers: the UpstreamCaller that knows whom to ask: vendors over the network, or this machine.
// Threads: the engine's loop. Owns nothing.
#pragma once

#include "engine/local_caller.h"
#include "engine/upstream_caller.h"

namespace darkroom::engine {

class Callers final : public UpstreamCaller {
 public:
  Callers(UpstreamCaller& vendors, UpstreamCaller& local) : vendors_(vendors), local_(local) {}

  Async<CallOutcome> perform(CallOrder order) override { return of(*order.upstream).perform(std::move(order)); }
  Async<CallOutcome> save(CallOrder order, std::shared_ptr<FinishedJob> job) override {
    return of(*order.upstream).save(std::move(order), std::move(job));
  }
  bool can_look_up(const Upstream& upstream) const override { return of(upstream).can_look_up(upstream); }
  bool can_ask_free(const Upstream& upstream, FreeAsk ask) const override {
    return of(upstream).can_ask_free(upstream, ask);
  }
  Async<FreeAnswer> ask_free(FreeOrder order) override { return of(*order.upstream).ask_free(order); }
  void cancel(TaskId task) override {
    vendors_.cancel(task);
    local_.cancel(task);
  }
  void cancel_all() override {
    vendors_.cancel_all();
    local_.cancel_all();
  }

 private:
  UpstreamCaller& of(const Upstream& upstream) const { return upstream.kind == kLocalKind ? local_ : vendors_; }

  UpstreamCaller& vendors_;
  UpstreamCaller& local_;
};

}  // namespace darkroom::engine
