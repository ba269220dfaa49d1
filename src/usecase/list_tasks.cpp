#include "usecase/list_tasks.h"

#include <algorithm>
#include <string_view>

namespace darkroom::usecase {
namespace {

constexpr std::size_t kScanPage = 200;

// As its customer sees it.
std::optional<int> error_number(const task::Task& task) {
  if (task.state == task::State::cancelled) return info(Code::task_cancelled).public_number;
  if (task.state != task::State::failed) return std::nullopt;
  const int number = info(task.failure.value_or(Code::internal)).public_number;
  return number != 0 ? number : info(Code::internal).public_number;
}

bool has_media(const task::Task& task, std::string_view kind) {
  return std::ranges::any_of(task::outputs_of(task, task::OutputRole::result), [&](const task::Output* output) {
    return output->mime.starts_with(kind) && output->mime.substr(kind.size()).starts_with('/');
  });
}

bool matches(const TaskQuery& query, const task::Task& task) {
  if (query.status && task::public_status(task.state) != *query.status) return false;
  if (query.model && task.plan.model != *query.model) return false;
  if (query.book && task.book != *query.book) return false;
  if (query.error_number && error_number(task) != query.error_number) return false;
  if (query.media && !has_media(task, *query.media)) return false;
  return !query.key || task.key == *query.key;
}

std::optional<TaskId> begin_of(const TaskQuery& query) {
  std::optional<TaskId> before = query.after;
  if (query.created_before) {
    const TaskId bound = task::first_id_at(*query.created_before);
    before = before ? std::min(*before, bound) : bound;
  }
  return before;
}

}  // namespace

Async<Result<TaskPage>> list_tasks(Loop& loop, store::Store& store, TaskQuery query) {
  using Rows = Result<std::vector<task::Task>>;
  TaskPage page;
  store::TaskFilter filter;
  filter.account = query.account;
  filter.before = begin_of(query);
  const bool is_plain =
      !query.status && !query.model && !query.key && !query.book && !query.error_number && !query.media;
  filter.limit = is_plain ? query.limit + 1 : kScanPage;
  for (std::size_t scanned = 0; scanned < kMostTasksScanned; scanned += filter.limit) {
    Rows rows = co_await await_on<Rows>(loop, [&](auto done) { store.list_tasks(filter, std::move(done)); });
    if (!rows) co_return fail(std::move(rows.error()));
    for (task::Task& task : *rows) {
      if (query.created_after && task.created_at < *query.created_after) co_return page;
      if (!matches(query, task)) continue;
      if (page.tasks.size() == query.limit) {
        page.next = page.tasks.back().id;
        co_return page;
      }
      page.tasks.push_back(std::move(task));
    }
    if (rows->size() < filter.limit) co_return page;
    filter.before = rows->back().id;
  }
  page.next = filter.before;
  co_return page;
}

}  // namespace darkroom::usecase
