// ListTasks: tasks of an account or of all, newest first, page by page. Each page costs a bounded look at the store
// whatever the filters are: one that finds little may be short, even empty, and still have a next page. Threads: any
// loop. Fails with what the store says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/async.h"
#include "store/store.h"

namespace darkroom::usecase {

inline constexpr std::size_t kMostTasksShown = 100;
inline constexpr std::size_t kMostTasksScanned = 2'000;  // for one page

struct TaskQuery {
  std::optional<AccountId> account;   // absent: of every account, for operators
  std::optional<std::string> status;  // the contract's word
  std::optional<std::string> model;
  std::optional<KeyId> key;
  std::optional<ledger::Book> book;
  std::optional<int> error_number;         // the public one
  std::optional<std::string> media;        // "image" or "video": with a result that is one
  std::optional<WallTime> created_after;   // not before this
  std::optional<WallTime> created_before;  // before this
  std::optional<TaskId> after;             // the cursor: older than this one
  std::size_t limit = 20;                  // 1 to kMostTasksShown
};

struct TaskPage {
  std::vector<task::Task> tasks;
  std::optional<TaskId> next;  // the cursor of the next page; nothing at the end
};

Async<Result<TaskPage>> list_tasks(Loop& loop, store::Store& store, TaskQuery query);

}  // namespace darkroom::usecase
