// What a reader asks about the sums of usage and the groups of failures.
// Threads: those of the connection.
#pragma once

#include "store/sqlite/statement.h"
#include "store/store.h"

namespace darkroom::store::sqlite {

class UsageQueries {
 public:
  explicit UsageQueries(Database& database);

  Result<std::vector<UsageRow>> list(const UsageFilter& filter);
  Result<MicroCredits> get_key_month(const KeyMonth& month);
  Result<std::vector<FailureRow>> list_failures(const FailureFilter& filter);

  Status audit(ledger::Audit& audit);
  // Hours that their days do not say, and days that the totals do not say; 0 in a file that is right.
  Result<std::int64_t> count_strange_sums();

 private:
  Database& database_;
  Statement get_key_month_;
};

}  // namespace darkroom::store::sqlite
