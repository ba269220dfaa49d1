#include "app/lost_references.h"

#include <fmt/format.h>

#include "base/log.h"

namespace darkroom::app {

Async<void> forget_lost_references(Loop& loop, store::Store& store, std::vector<std::string> folders,
                                   std::function<void(TaskId)> forget) {
  std::size_t lost = 0;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const std::optional<TaskId> id = TaskId::parse(fmt::format("task_{}", folders[i]));
    if (!id) continue;
    using Found = Result<std::optional<task::Task>>;
    const Found found = co_await await_on<Found>(loop, [&](auto done) { store.find_task(*id, std::move(done)); });
    if (!found || (*found && !task::is_ended((*found)->state))) continue;
    forget(*id);
    ++lost;
  }
  if (lost > 0) log::info("references_forgotten", {{"tasks", lost}});
}

}  // namespace darkroom::app
