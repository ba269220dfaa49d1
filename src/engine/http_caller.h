// HttpCaller: the real UpstreamCaller. Adapter makes the request, HttpClient sends it, LiftReader takes the answer,
// adapter reads the verdict, the picture is identified and committed to the blob store. Threads: the engine's loop;
// file work goes to the blocking pool.
#pragma once

#include <memory>
#include <unordered_set>

#include "blob/blob_store.h"
#include "engine/lift_reader.h"
#include "engine/upstream_caller.h"
#include "net/body_source.h"
#include "net/http_client.h"
#include "provider/provider.h"
#include "runtime/loops.h"

namespace darkroom::engine {

class HttpCaller final : public UpstreamCaller {
 public:
  HttpCaller(Loop& loop, net::HttpClient& client, blob::Store& blobs, const provider::Registry& adapters,
             BlockingPool& pool, std::uint64_t pixels_limit);

  Async<CallOutcome> perform(CallOrder order) override;
  void cancel_all() override;

 private:
  Async<Result<net::ClientRequest>> make_request(const provider::Adapter& adapter, CallOrder order);
  Async<net::ClientResult> send(net::ClientRequest request, std::shared_ptr<LiftReader> reader);
  Async<CallOutcome> read_answer(const provider::Adapter& adapter, CallOrder order, net::ClientResponse response,
                                 std::shared_ptr<LiftReader> reader);
  Async<CallOutcome> store_output(CallOrder order, provider::Completed completed, std::shared_ptr<LiftReader> reader);

  Loop& loop_;
  net::HttpClient& client_;
  blob::Store& blobs_;
  const provider::Registry& adapters_;
  BlockingPool& pool_;
  std::uint64_t pixels_limit_;
  std::unordered_set<net::HttpClient::CallId> in_flight_;
};

// What a transfer that failed means for its call. Exposed for its table test.
CallOutcome judge_failure(const net::Failure& failure, bool head_seen);
// What a verdict other than Completed means for its call.
CallOutcome judge_verdict(const provider::Verdict& verdict);

}  // namespace darkroom::engine
