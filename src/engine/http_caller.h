// HttpCaller: the real UpstreamCaller. Adapter makes the request, HttpClient sends it, LiftReader takes the answer,
// adapter reads the verdict, OutputSaver stores what was made. Threads: the engine's loop; file work goes to the
// blocking pool.
#pragma once

#include <memory>
#include <unordered_map>

#include "blob/blob_store.h"
#include "engine/lift_reader.h"
#include "engine/output_saver.h"
#include "engine/token_source.h"
#include "engine/upstream_caller.h"
#include "net/body_source.h"
#include "net/http_client.h"
#include "provider/provider.h"
#include "runtime/loops.h"

namespace darkroom::engine {

class HttpCaller final : public UpstreamCaller {
 public:
  HttpCaller(Loop& loop, net::HttpClient& client, blob::Store& blobs, const provider::Registry& adapters,
             BlockingPool& pool, OutputSaver& saver, const Clock& clock);

  Async<CallOutcome> perform(CallOrder order) override;
  Async<CallOutcome> save(CallOrder order, std::shared_ptr<FinishedJob> job) override;
  bool can_look_up(const Upstream& upstream) const override;
  bool can_ask_free(const Upstream& upstream, FreeAsk ask) const override;
  Async<FreeAnswer> ask_free(FreeOrder order) override;
  void cancel(TaskId task) override;
  void cancel_all() override;

 private:
  // One question and its answer, as the adapter will read it.
  struct Exchange {
    provider::Answer answer;
    std::shared_ptr<LiftReader> reader;
    std::optional<net::Failure> failure;  // there is no answer
  };
  // The call as the adapter sees it, with a token in the place of a key that must be exchanged for one.
  using Prepared = std::expected<provider::Job, provider::Verdict>;
  Async<Prepared> prepare(CallOrder order, const provider::Adapter* adapter);
  // Whether the answer refuses a token that may have run out; the next prepare() gets another.
  bool drop_token(const CallOrder& order, const provider::Job& job, const Exchange& exchanged);
  Async<CallOutcome> submit(CallOrder order, const provider::Adapter* adapter);
  Async<CallOutcome> poll(CallOrder order, const provider::Adapter* adapter);
  Async<CallOutcome> look_up(CallOrder order, const provider::Adapter* adapter);
  Async<CallOutcome> stop(CallOrder order, const provider::Adapter* adapter);
  Async<CallOutcome> store_at_once(CallOrder order, provider::Completed completed, std::shared_ptr<LiftReader> reader);
  Async<Exchange> exchange(CallOrder order, const provider::Adapter* adapter, provider::Request request);
  Async<Result<net::ClientRequest>> make_request(CallOrder order, provider::Request made);
  Async<Result<net::ClientRequest>> make_free_request(FreeOrder order, const provider::Adapter* adapter);
  Async<net::ClientResult> send(TaskId task, net::ClientRequest request, std::shared_ptr<net::ResponseReader> reader);

  // What is being asked for a task. A cancel reaches what has left by its id, and what has not yet by the mark.
  struct Underway {
    std::size_t questions = 0;
    bool cancelled = false;
  };
  class Question {
   public:
    Question(HttpCaller& caller, TaskId task) : caller_(caller), task_(task) { ++caller_.underway_[task_].questions; }
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;
    ~Question() {
      const auto found = caller_.underway_.find(task_);
      if (--found->second.questions == 0) caller_.underway_.erase(found);
    }

   private:
    HttpCaller& caller_;
    TaskId task_;
  };

  Loop& loop_;
  net::HttpClient& client_;
  blob::Store& blobs_;
  const provider::Registry& adapters_;
  BlockingPool& pool_;
  OutputSaver& saver_;
  TokenSource tokens_;
  std::unordered_map<TaskId, Underway> underway_;
  std::unordered_multimap<TaskId, net::HttpClient::CallId> in_flight_;
};

}  // namespace darkroom::engine
