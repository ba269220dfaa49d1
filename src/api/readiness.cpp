#include "api/readiness.h"

#include <memory>
#include <utility>

namespace darkroom::api {
namespace {

constexpr seconds kHolds{1};
constexpr seconds kStoreDeadline{1};
constexpr double kFreePercentAtLeast = 5.0;

// Takes the first of several answers, from whatever thread.
class FirstAnswer {
 public:
  explicit FirstAnswer(Done<Status> done) : done_(std::move(done)) {}
  void give(Status status) {
    if (!given_.exchange(true)) done_(std::move(status));
  }

 private:
  std::atomic<bool> given_{false};
  Done<Status> done_;
};

Async<Status> check_store(Loop& loop, store::Store& store) {
  co_return co_await await_on<Status>(loop, [&](Done<Status> done) {
    auto first = std::make_shared<FirstAnswer>(std::move(done));
    loop.call_at(loop.now() + kStoreDeadline, [first] { first->give(fail(Code::deadline_exceeded)); });
    store.check_writable([first](Status status) { first->give(std::move(status)); });
  });
}

}  // namespace

Readiness::Readiness(store::Store& store, blob::Store& media) : store_(store), media_(media) {}

Async<Status> Readiness::check(Loop& loop) {
  if (draining_.load()) co_return fail(Code::unavailable, "Not ready: draining");
  {
    auto last = last_.lock();
    if (loop.now() < last->until) co_return last->status;
    // Whoever asks while the store is being asked is told the former finding.
    last->until = loop.now() + kStoreDeadline + kHolds;
  }
  Status status = co_await check_store(loop, store_);
  if (!status) status = fail(Code::unavailable, "Not ready: the store is not writable");
  if (status && media_.free_percent() <= kFreePercentAtLeast) {
    status = fail(Code::unavailable, "Not ready: the media volume is nearly full");
  }
  auto last = last_.lock();
  last->until = loop.now() + kHolds;
  last->status = status;
  co_return status;
}

}  // namespace darkroom::api
