// The sums of usage as the writer sees them: what a batch adds is gathered in memory and written once, so that many
// submits of one key cost one row. What limited keys have spent this month is kept, since each of their submits asks.
// Threads: the writer's. A verb counts last, after all that can fail; after a rollback the writer calls forget().
#pragma once

#include <map>

#include "store/sqlite/statement.h"
#include "store/store.h"

namespace darkroom::store::sqlite {

// One look-up for each hour from ?4 until ?5, however many other keys the account has.
#define DR_KEY_MONTH                                                                                               \
  "WITH RECURSIVE hours (hour) AS (SELECT ?4 UNION ALL SELECT hour + 1 FROM hours WHERE hour + 1 < ?5) "           \
  "SELECT ifnull(sum(held - refunded), 0) FROM hours CROSS JOIN usage ON account = ?1 AND book = ?2 AND key = ?3 " \
  "AND usage.hour = hours.hour"

class UsageTable {
 public:
  explicit UsageTable(Database& database);

  // What is held or captured, this batch included.
  Result<MicroCredits> spent(const KeyMonth& month);
  void count(const UsageKey& row, const ledger::Usage& usage);

  // Writes what the batch has counted. Call before COMMIT.
  Status flush();
  void forget();

 private:
  std::map<UsageKey, ledger::Usage> counted_;
  std::map<KeyMonth, std::int64_t> spent_;  // of months that were asked for
  Statement add_, sum_month_;
};

}  // namespace darkroom::store::sqlite
