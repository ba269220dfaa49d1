// The rules of money, as pure functions: what an entry does to a balance, and the audit that recomputes everything.
// Threads: no state. Invariants 1-7 of the project (docs/TASK_STATES.md names them) are decided here and nowhere else.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ledger/entry.h"
#include "ledger/usage.h"

namespace darkroom::ledger {

// One account in one book. available + held + captured = granted, always; none is ever negative.
struct Balance {
  MicroCredits granted;
  MicroCredits held;
  MicroCredits captured;

  MicroCredits available() const;
  friend bool operator==(const Balance&, const Balance&) = default;
};

// The balance after the entry. Fails with insufficient_credits for a hold beyond `available`, with internal for
// anything that would break the invariants (a capture beyond what is held, an amount <= 0, an overflow).
Result<Balance> apply(const Balance& balance, Kind kind, MicroCredits amount);

// What the audit needs to know of a task.
struct TaskFacts {
  IdBytes id{};
  AccountId account;
  Book book = Book::live;
  MicroCredits hold;
  MicroCredits captured;
  bool ended = false;
  bool completed = false;
  bool cancelled = false;  // ended on its owner's wish: what was sent may have been charged
};

struct Report {
  std::uint64_t entries = 0;
  std::uint64_t accounts = 0;
  std::uint64_t tasks = 0;
  std::map<Book, MicroCredits> granted, held, captured, upstream_loss;
  std::vector<std::string> violations;  // empty: the books are right; at most kMaxViolations are kept
};
inline constexpr std::size_t kMaxViolations = 100;

// Feed every entry, every stored balance and every task of one snapshot, in any order, then finish(). Whoever feeds in
// the order of the ids calls settle_through() on the way and so keeps the audit small however many tasks there are.
class Audit {
 public:
  void add(const Entry& entry);
  void add_balance(AccountId account, Book book, const Balance& stored);
  void add(const TaskFacts& task);
  // What was counted for the account, in parts or at once; its outputs, attempts and cost are in no entry and are not
  // looked at.
  void add_usage(AccountId account, Book book, const Usage& counted);
  // Its tasks that are in some group of failures.
  void add_failures(AccountId account, Book book, std::int64_t count);
  // Promises that every task and every entry with an id up to and including this one has been added.
  void settle_through(const IdBytes& id);
  Report finish();

 private:
  using Purse = std::pair<AccountId, Book>;
  // All that is known of one task's money.
  struct Settlement {
    MicroCredits hold, captured, released;
    int holds = 0, captures = 0, releases = 0;
    AccountId account;
    Book book = Book::live;
    bool mixed = false;  // its entries name more than one account or book
    std::optional<TaskFacts> task;
  };
  void violation(std::string sentence);
  void add_to(MicroCredits& total, MicroCredits amount);
  void settle(const IdBytes& id, const Settlement& settlement);
  void settle_task(const TaskFacts& task, const Settlement& settlement);
  void compare_balances();
  void compare_usage();
  void compare_books();

  std::map<Purse, Balance> computed_;
  std::map<Purse, Balance> stored_;
  std::map<Purse, Usage> used_;     // by the entries and the tasks
  std::map<Purse, Usage> counted_;  // as it is stored
  std::map<Purse, std::int64_t> grouped_failures_;
  std::map<std::pair<Book, Side>, MicroCredits> sides_;  // credits - debits
  std::map<IdBytes, Settlement> settlements_;
  Report report_;
};

}  // namespace darkroom::ledger
