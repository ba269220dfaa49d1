#include "app/count_unfinished.h"

#include <utility>
#include <vector>

namespace darkroom::app {
namespace {

constexpr std::size_t kCountPage = 1000;

}  // namespace

Async<Status> count_unfinished(Loop& loop, store::Store& store, usecase::AccountStates& accounts) {
  std::optional<TaskId> after;
  for (;;) {
    using Page = Result<std::vector<store::QueuedTask>>;
    Page page =
        co_await await_on<Page>(loop, [&](auto done) { store.list_unfinished(after, kCountPage, std::move(done)); });
    if (!page) co_return fail(std::move(page.error()));
    for (const store::QueuedTask& task : *page) accounts.task_accepted(task.account);
    if (page->size() < kCountPage) co_return Status{};
    after = page->back().id;
  }
}

}  // namespace darkroom::app
