// The sums behind reports and monthly limits: which row a task is counted in, and what its birth and its end add.
// Threads: plain values and free functions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/credits.h"
#include "base/ids.h"
#include "ledger/entry.h"
#include "ledger/usage.h"
#include "task/task.h"

namespace darkroom::store {

// One row: the tasks of one key and model that were accepted in one hour.
struct UsageKey {
  AccountId account;
  ledger::Book book = ledger::Book::live;
  std::int64_t hour = 0;  // ledger::hour_of
  KeyId key;
  std::string model;
  friend auto operator<=>(const UsageKey&, const UsageKey&) = default;
};

// Where a page of a report has ended.
struct UsagePlace {
  std::int64_t hour = 0;
  std::string model;
};

struct UsageFilter {
  AccountId account;
  ledger::Book book = ledger::Book::live;
  std::optional<KeyId> key;     // of this key only
  std::int64_t from_hour = 0;   // this one and later ones
  std::int64_t until_hour = 0;  // but not this one
  std::int64_t span_hours = 1;  // of one row of the report; counted from 1970
  std::optional<UsagePlace> after;
  std::size_t limit = 100;  // at most kMaxPage
};

// A key in one calendar month, UTC.
struct KeyMonth {
  AccountId account;
  ledger::Book book = ledger::Book::live;
  KeyId key;
  std::int64_t month = 0;  // ledger::month_of

  std::int64_t first_hour() const { return ledger::hour_of(ledger::month_begins(month)); }
  std::int64_t end_hour() const { return ledger::hour_of(ledger::month_begins(month + 1)); }
  friend auto operator<=>(const KeyMonth&, const KeyMonth&) = default;
};
KeyMonth month_of(const task::Task& task);

// The first hour of a span, and what its tasks of one model came to.
struct UsageRow {
  std::int64_t hour = 0;
  std::string model;
  ledger::Usage usage;
  friend bool operator==(const UsageRow&, const UsageRow&) = default;
};

// `task` as it was accepted; the plan names the model.
UsageKey usage_key(const task::Task& task);
ledger::Usage usage_of_birth(const task::Task& task);
// `next`: the task as it ended; `hold` as it is stored.
ledger::Usage usage_of_end(const task::Task& next, MicroCredits hold);

}  // namespace darkroom::store
