#include "store/sqlite/usage_table.h"

#include "store/sqlite/rows.h"

namespace darkroom::store::sqlite {
namespace {

constexpr std::size_t kMostMonthsKept = 50'000;  // some 5 MB
// Then they are written, even by a writer that is never idle: four times a second with 16,000 submits in it, a few
// hundred instructions each. It also bounds what is counted again after a crash.
constexpr std::size_t kMostBirthsGathered = 4'096;

#define DR_ADD_USAGE(table)                                                                                         \
  "INSERT INTO " table " (book, hour, account, key, model, upstream, " DR_USAGE                                     \
  ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET tasks = tasks + "            \
  "excluded.tasks, completed = completed + excluded.completed, failed = failed + excluded.failed, "                 \
  "cancelled = cancelled + excluded.cancelled, outputs = outputs + excluded.outputs, attempts = attempts + "        \
  "excluded.attempts, held = held + excluded.held, captured = captured + excluded.captured, refunded = refunded + " \
  "excluded.refunded, cost = cost + excluded.cost"

}  // namespace

UsageTable::UsageTable(Database& database)
    : add_hour_(database, DR_ADD_USAGE("usage_hours")),
      add_day_(database, DR_ADD_USAGE("usage_days")),
      add_total_(database, DR_ADD_USAGE("usage_totals")),
      add_failures_(database,
                    "INSERT INTO failures (book, day, account, code, model, upstream, count, first_at, last_at, "
                    "sample) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + "
                    "excluded.count, first_at = min(first_at, excluded.first_at), last_at = max(last_at, "
                    "excluded.last_at), sample = max(sample, excluded.sample)"),
      read_births_(database,
                   "SELECT book, created_at / 3600000, account, key, json_extract(plan, '$.model') AS model, count(*), "
                   "sum(hold) FROM tasks WHERE rowid > (SELECT task_row FROM usage_mark) GROUP BY 1, 2, 3, 4, 5"),
      move_mark_(database, "UPDATE usage_mark SET task_row = (SELECT ifnull(max(rowid), 0) FROM tasks)"),
      sum_month_(database, DR_KEY_MONTH) {}

Result<MicroCredits> UsageTable::spent(const KeyMonth& month) {
  const auto kept = spent_.find(month);
  if (kept != spent_.end()) return MicroCredits::from_count(kept->second);
  DR_TRY(read_births());
  std::int64_t sum = 0;
  {
    Query query = sum_month_.start(month.account, month.book, month.key, month.first_hour(), month.end_hour());
    const Result<bool> row = query.next();
    if (!row) return fail(row.error());
    if (*row) sum = query.integer();
  }
  for (const Sums* sums : {&births_, &ends_}) {
    for (const auto& [place, usage] : *sums) {
      const bool is_its = place.account == month.account && place.book == month.book && place.key == month.key;
      const bool is_then = place.hour >= month.first_hour() && place.hour < month.end_hour();
      if (is_its && is_then) sum += usage.held - usage.refunded;
    }
  }
  spent_.emplace(month, sum);
  return MicroCredits::from_count(sum);
}

void UsageTable::count_birth(const task::Task& task) {
  const auto [row, usage] = usage_of_birth(task);
  add_spent(row, usage);
  if (!knows_births_) return;
  births_[row] += usage;
  ++gathered_;
}

void UsageTable::count_end(const task::Task& stored, const task::Task& next) {
  for (const auto& [row, usage] : usage_of_end(stored, next)) {
    add_spent(row, usage);
    ends_[row] += usage;
  }
  if (const auto failure = failure_of_end(stored, next)) failures_[failure->first] += failure->second;
}

void UsageTable::add_spent(const UsageKey& row, const ledger::Usage& usage) {
  if (spent_.empty()) return;
  const auto kept = spent_.find({row.account, row.book, row.key, ledger::month_of(ledger::hour_begins(row.hour))});
  if (kept != spent_.end()) kept->second += usage.held - usage.refunded;
}

Status UsageTable::read_births() {
  if (knows_births_) return {};
  Query query = read_births_.start();
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return fail(row.error());
    if (!*row) break;
    UsageKey key;
    key.book = query.number<ledger::Book>();
    key.hour = query.integer();
    query.read(key.account);
    query.read(key.key);
    key.model = query.text();
    const std::int64_t tasks = query.integer();
    births_.emplace(std::move(key), ledger::Usage{.tasks = tasks, .held = query.integer()});
    gathered_ += static_cast<std::size_t>(tasks);
  }
  knows_births_ = true;
  return {};
}

Status UsageTable::flush(Births births) {
  DR_TRY(write(ends_));
  DR_TRY(write_failures());
  if (births == Births::write || gathered_ >= kMostBirthsGathered) DR_TRY(write_births());
  ends_.clear();
  failures_.clear();
  if (spent_.size() > kMostMonthsKept) spent_.clear();
  return {};
}

Status UsageTable::write_births() {
  DR_TRY(read_births());
  if (births_.empty()) return {};
  DR_TRY(write(births_));
  births_.clear();
  gathered_ = 0;
  return move_mark_.run();
}

Status UsageTable::write(const Sums& sums) {
  Sums days, totals;
  for (const auto& [row, sum] : sums) {
    UsageKey day = row;
    day.hour = row.hour / ledger::kHoursOfDay * ledger::kHoursOfDay;
    totals[{{}, day.book, day.hour, {}, day.model, day.upstream}] += sum;
    totals[{day.account, day.book, day.hour, {}, {}, {}}] += sum;
    days[std::move(day)] += sum;
  }
  DR_TRY(add(add_hour_, sums));
  DR_TRY(add(add_day_, days));
  return add(add_total_, totals);
}

Status UsageTable::add(Statement& statement, const Sums& sums) {
  for (const auto& [row, sum] : sums) {
    DR_TRY(statement.run(row.book, row.hour, row.account, row.key, row.model, row.upstream, sum.tasks, sum.completed,
                         sum.failed, sum.cancelled, sum.outputs, sum.attempts, sum.held, sum.captured, sum.refunded,
                         sum.cost));
  }
  return {};
}

Status UsageTable::write_failures() {
  for (const auto& [row, sum] : failures_) {
    DR_TRY(add_failures_.run(row.book, row.day, row.account, info(row.code).name, row.model, row.upstream, sum.count,
                             sum.first_at, sum.last_at, sum.sample));
  }
  return {};
}

void UsageTable::forget() {
  births_.clear();
  gathered_ = 0;
  ends_.clear();
  failures_.clear();
  spent_.clear();
  knows_births_ = false;
}

}  // namespace darkroom::store::sqlite
