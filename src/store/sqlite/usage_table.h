// The sums of usage as the writer sees them. What the end of a task adds is written with its batch. Births are many and
// alike, so they are gathered over batches and written now and then; the file says up to which task they are in the
// sums (usage_mark), and what came after it is counted from the tasks themselves after a crash or a rollback.
// What limited keys have spent this month is kept, since each of their submits asks.
// Threads: the writer's. A verb counts last, after all that can fail; after a rollback the writer calls forget().
#pragma once

#include <map>

#include "store/sqlite/statement.h"
#include "store/store.h"

namespace darkroom::store::sqlite {

// One look-up for each day from hour ?4 until hour ?5, however many other keys there are.
#define DR_KEY_MONTH                                                                                               \
  "WITH RECURSIVE days (hour) AS (SELECT ?4 UNION ALL SELECT hour + 24 FROM days WHERE hour + 24 < ?5) "           \
  "SELECT ifnull(sum(held - refunded), 0) FROM days CROSS JOIN usage_days AS usage ON book = ?2 AND account = ?1 " \
  "AND key = ?3 AND usage.hour = days.hour"

// What becomes of the births of a batch: gathered, as long as they are few, or written.
enum class Births : std::uint8_t { gather, write };

class UsageTable {
 public:
  explicit UsageTable(Database& database);

  // What is held or captured, this batch included.
  Result<MicroCredits> spent(const KeyMonth& month);
  // After its row was inserted.
  void count_birth(const task::Task& task);
  // As usage_of_end() has them.
  void count_end(const task::Task& stored, const task::Task& next);

  // Are there births, or may there be, that the sums in the file do not have?
  bool has_gathered() const { return !knows_births_ || !births_.empty(); }
  // Writes what the batch has counted. Call before COMMIT.
  Status flush(Births births);
  void forget();

 private:
  using Sums = std::map<UsageKey, ledger::Usage>;

  Status read_births();
  Status write_births();
  Status write(const Sums& sums);
  Status add(Statement& statement, const Sums& sums);
  Status write_failures();
  void add_spent(const UsageKey& row, const ledger::Usage& usage);

  Sums births_, ends_;
  std::map<FailureKey, Failures> failures_;
  std::map<KeyMonth, std::int64_t> spent_;  // of months that were asked for
  bool knows_births_ = false;               // births_ has all that came after the mark
  std::size_t gathered_ = 0;                // tasks in births_
  Statement add_hour_, add_day_, add_total_, add_failures_, read_births_, move_mark_, sum_month_;
};

}  // namespace darkroom::store::sqlite
