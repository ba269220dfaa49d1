// The sums behind reports and monthly limits: which rows a task is counted in, and what its birth and its end add. And
// the groups of failures, so that whoever looks for trouble never reads the tasks.
// A task is counted with no upstream until it ends, then at one upstream: that of its first call that was delivered, or
// else of its first call that was sent or has failed. Sums by upstream thus show what has ended, and whose it was.
// Threads: plain values and free functions.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/credits.h"
#include "base/error.h"
#include "base/ids.h"
#include "ledger/entry.h"
#include "ledger/usage.h"
#include "task/task.h"

namespace darkroom::store {

// One row: the tasks of one key and model at one upstream that were accepted in one hour.
struct UsageKey {
  AccountId account;
  ledger::Book book = ledger::Book::live;
  std::int64_t hour = 0;  // ledger::hour_of
  KeyId key;
  std::string model;
  std::string upstream;  // empty: not ended, or ended before an upstream had a part in it
  friend auto operator<=>(const UsageKey&, const UsageKey&) = default;
};

// What tells the rows of one span of a report apart.
enum class UsageBy : std::uint8_t { nothing, model, key, upstream, account };

// Where a page of a report has ended.
struct UsagePlace {
  std::int64_t hour = 0;
  std::string group;
};

struct UsageFilter {
  std::optional<AccountId> account;  // unset: all accounts together
  ledger::Book book = ledger::Book::live;
  std::optional<KeyId> key;     // of this key only
  std::int64_t from_hour = 0;   // this one and later ones
  std::int64_t until_hour = 0;  // but not this one
  std::int64_t span_hours = 1;  // of one row of the report; counted from 1970. Whole days are far cheaper than hours
  UsageBy by = UsageBy::model;
  std::optional<UsagePlace> after;
  std::size_t limit = 100;  // at most kMaxPage
};

// The first hour of a span, and what its tasks of one group came to. Groups without tasks have no row.
struct UsageRow {
  std::int64_t hour = 0;
  std::string group;  // a model, an upstream, or the text of an id; empty when grouped by nothing
  ledger::Usage usage;
  friend bool operator==(const UsageRow&, const UsageRow&) = default;
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

// One row: the tasks of an account that failed on one day in the same way.
struct FailureKey {
  AccountId account;
  ledger::Book book = ledger::Book::live;
  std::int64_t day = 0;  // ledger::day_of their end
  Code code = Code::internal;
  std::string model;
  std::string upstream;  // as in UsageKey
  friend auto operator<=>(const FailureKey&, const FailureKey&) = default;
};

struct Failures {
  std::int64_t count = 0;
  WallTime first_at{};  // ends, the earliest and the latest
  WallTime last_at{};
  TaskId sample;  // the youngest of them
  Failures& operator+=(const Failures& more);
  friend bool operator==(const Failures&, const Failures&) = default;
};

struct FailureFilter {
  std::optional<AccountId> account;  // unset: all accounts together
  ledger::Book book = ledger::Book::live;
  std::int64_t from_day = 0;   // this one and later ones
  std::int64_t until_day = 0;  // but not this one
  std::size_t limit = 100;     // at most kMaxPage
};

struct FailureRow {
  std::int64_t day = 0;
  Code code = Code::internal;
  std::string model;
  std::string upstream;
  Failures failures;
  friend bool operator==(const FailureRow&, const FailureRow&) = default;
};

using UsageChange = std::pair<UsageKey, ledger::Usage>;
// `task` as it was accepted; the plan names the model.
UsageChange usage_of_birth(const task::Task& task);
// Takes the task from where its birth has counted it to its upstream. `stored`: its owner, times and hold; `next`: the
// task as it ended, with its plan.
std::array<UsageChange, 2> usage_of_end(const task::Task& stored, const task::Task& next);
// Of a task that ended as failed; nothing for the others.
std::optional<std::pair<FailureKey, Failures>> failure_of_end(const task::Task& stored, const task::Task& next);

}  // namespace darkroom::store
