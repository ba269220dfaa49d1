// The part of the store's port that looks back: what a task's money did, which task a request made, what was delivered
// of it, and an account's ledger page by page. Nothing here changes a row, and every page costs the same however much
// lies before it.
// Threads and failures: as of Store, of which this is a part.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/entry.h"
#include "store/webhook_store.h"
#include "task/task.h"

namespace darkroom::store {

// Where a page of a ledger has ended.
struct EntryPlace {
  IdBytes ref{};
  ledger::Kind kind = ledger::Kind::grant;
};

// The customer's entries of one book: grants, and the holds, captures and releases of tasks.
struct EntryFilter {
  AccountId account;
  ledger::Book book = ledger::Book::live;
  std::optional<EntryPlace> before = {};  // of older tasks and grants than this one, or earlier ones of the same
  std::size_t limit = 20;                 // at most kMaxPage
};

// A request's task is looked for among those that were made within this time after the request came, and among so many
// of them at most.
inline constexpr milliseconds kRequestWindow{600'000};
inline constexpr std::size_t kMostTasksOfWindow = 20'000;

class HistoryStore {
 public:
  virtual ~HistoryStore() = default;

  // Newest task or grant first, and of each task the latest kind first: release, capture, hold.
  virtual void list_entries(EntryFilter filter, Done<std::vector<ledger::Entry>> done) = 0;
  // Every entry of a task, upstream losses included, by kind and number.
  virtual void list_task_entries(TaskId id, Done<std::vector<ledger::Entry>> done) = 0;
  // Of its grants, entry by entry.
  virtual void sum_grants(AccountId account, ledger::Book book, Done<MicroCredits> done) = 0;
  // The task that the request of that id made. A text that is no request id has made none.
  virtual void find_request(std::string request_id, Done<std::optional<task::Task>> done) = 0;
  // What was sent of the task to the account's endpoints that are there now, oldest endpoint first.
  virtual void list_task_deliveries(AccountId account, TaskId task, Done<std::vector<webhook::Delivery>> done) = 0;
};

}  // namespace darkroom::store
