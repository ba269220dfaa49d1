// LocalCaller: the UpstreamCaller of what this machine does itself: films enhanced by a confined child (media/enhance),
// without a vendor, an address or a key. A submit delivers or fails; there are no jobs to ask about. What a crash cuts
// off has cost nobody anything.
// Threads: the engine's loop; each film blocks a thread of `pool`, which must have one for every call that the limiter
// lets go.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "blob/blob_store.h"
#include "engine/output_saver.h"
#include "engine/upstream_caller.h"
#include "media/enhance.h"
#include "runtime/loops.h"

namespace darkroom::engine {

// The kind of upstreams whose work is done here.
inline constexpr std::string_view kLocalKind = "ffmpeg";

class LocalCaller final : public UpstreamCaller {
 public:
  using Enhance = std::function<Result<media::Film>(const media::EnhanceOrder&)>;
  // `scratch_folder`: where films grow before they are stored; `enhance`: another one in tests.
  LocalCaller(Loop& loop, blob::Store& blobs, BlockingPool& pool, OutputSaver& saver, std::string scratch_folder,
              Enhance enhance = media::enhance);

  Async<CallOutcome> perform(CallOrder order) override;
  Async<CallOutcome> save(CallOrder order, std::shared_ptr<FinishedJob> job) override;
  bool can_look_up(const Upstream&) const override { return false; }
  void cancel(TaskId task) override;
  void cancel_all() override;

 private:
  using Flag = std::shared_ptr<std::atomic<bool>>;
  using Made = Result<std::unique_ptr<blob::Writer>>;
  // Blocks until the film is there.
  Made make(media::EnhanceOrder order, const std::string& source, const Flag& cancel) const;

  Loop& loop_;
  blob::Store& blobs_;
  BlockingPool& pool_;
  OutputSaver& saver_;
  std::string scratch_folder_;
  Enhance enhance_;
  std::unordered_multimap<TaskId, Flag> in_flight_;
};

// What the customer's parameters ask of the tool; without descriptors, limits and cancel. Fails with invalid_parameter
// and the field where the tool cannot do it. Pure.
Result<media::EnhanceOrder> make_enhance_order(const json::object& parameters);
// What a film that was not made means for its call. Pure.
CallOutcome judge_local_failure(const Error& error);

}  // namespace darkroom::engine
