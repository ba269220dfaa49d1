#include "usecase/cancel_task.h"

#include <utility>

namespace darkroom::usecase {

Async<Result<CancelledTask>> CancelTask::cancel(Loop& loop, TaskId id, AccountId account) {
  const Result<TaskViewRef> before = co_await parts_.tasks.get(loop, id, account);
  if (!before) co_return fail(before.error());
  const task::State state = (*before)->state;
  if (state == task::State::cancelled) co_return fail(Code::task_cancelled, "The task has been cancelled before");
  if (task::is_ended(state)) co_return fail(Code::conflict, "The task has ended already");
  using Ended = Result<task::Task>;
  const Ended ended = co_await await_on<Ended>(loop, [&](Done<Ended> done) { parts_.cancel(id, std::move(done)); });
  if (!ended) co_return fail(ended.error());
  Result<TaskViewRef> view = co_await parts_.tasks.get(loop, id, account);
  if (!view) co_return fail(std::move(view.error()));
  CancelledTask cancelled;
  cancelled.view = std::move(*view);
  cancelled.charged = ended->captured;
  co_return cancelled;
}

}  // namespace darkroom::usecase
