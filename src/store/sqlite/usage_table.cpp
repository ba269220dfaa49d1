#include "store/sqlite/usage_table.h"

#include "store/sqlite/rows.h"

namespace darkroom::store::sqlite {
namespace {

constexpr std::size_t kMostMonthsKept = 50'000;  // some 5 MB

}  // namespace

UsageTable::UsageTable(Database& database)
    : add_(database, "INSERT INTO usage (account, book, hour, key, model, " DR_USAGE
                     ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                     "tasks = tasks + excluded.tasks, completed = completed + excluded.completed, "
                     "failed = failed + excluded.failed, cancelled = cancelled + excluded.cancelled, "
                     "outputs = outputs + excluded.outputs, held = held + excluded.held, "
                     "captured = captured + excluded.captured, refunded = refunded + excluded.refunded"),
      sum_month_(database, DR_KEY_MONTH) {}

Result<MicroCredits> UsageTable::spent(const KeyMonth& month) {
  const auto kept = spent_.find(month);
  if (kept != spent_.end()) return MicroCredits::from_count(kept->second);
  Query query = sum_month_.start(month.account, month.book, month.key, month.first_hour(), month.end_hour());
  const Result<bool> row = query.next();
  if (!row) return fail(row.error());
  std::int64_t sum = *row ? query.integer() : 0;
  for (const auto& [place, usage] : counted_) {
    const bool is_its = place.account == month.account && place.book == month.book && place.key == month.key;
    if (is_its && ledger::month_of(ledger::hour_begins(place.hour)) == month.month) sum += usage.held - usage.refunded;
  }
  spent_.emplace(month, sum);
  return MicroCredits::from_count(sum);
}

void UsageTable::count(const UsageKey& row, const ledger::Usage& usage) {
  counted_[row] += usage;
  if (spent_.empty()) return;
  const auto kept = spent_.find({row.account, row.book, row.key, ledger::month_of(ledger::hour_begins(row.hour))});
  if (kept != spent_.end()) kept->second += usage.held - usage.refunded;
}

Status UsageTable::flush() {
  for (const auto& [row, sum] : counted_) {
    DR_TRY(add_.start(row.account, row.book, row.hour, row.key, row.model, sum.tasks, sum.completed, sum.failed,
                      sum.cancelled, sum.outputs, sum.held, sum.captured, sum.refunded)
               .run());
  }
  counted_.clear();
  if (spent_.size() > kMostMonthsKept) spent_.clear();
  return {};
}

void UsageTable::forget() {
  counted_.clear();
  spent_.clear();
}

}  // namespace darkroom::store::sqlite
