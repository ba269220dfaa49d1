#include "store/sqlite/usage_queries.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/usage_table.h"

namespace darkroom::store::sqlite {
namespace {

// An id as it is stored, of a group's text; nothing for other groups.
template <class AnyId>
Result<std::optional<IdBytes>> parse_group(const UsagePlace& place) {
  const auto id = AnyId::parse(place.group);
  if (!id) return fail(Code::internal, "a report goes on after a group that cannot be: " + place.group);
  return id->bytes;
}

const char* column_of(UsageBy by) {
  switch (by) {
    case UsageBy::nothing: return "''";
    case UsageBy::model: return "model";
    case UsageBy::key: return "key";
    case UsageBy::upstream: return "upstream";
    case UsageBy::account: return "account";
  }
  DR_CHECK(false);
}

bool is_id(UsageBy by) { return by == UsageBy::key || by == UsageBy::account; }

bool is_of_whole_days(const UsageFilter& filter) {
  const auto is_whole = [](std::int64_t hours) { return hours % ledger::kHoursOfDay == 0; };
  return is_whole(filter.span_hours) && is_whole(filter.from_hour) && is_whole(filter.until_hour);
}

// Of one account: steps from one time that has rows to the next, and looks the account up in each.
constexpr const char* kOfAccount =
    "WITH RECURSIVE times (hour) AS (SELECT min(hour) FROM {0} WHERE book = ?1 AND hour >= ?2 UNION ALL "
    "SELECT (SELECT min(hour) FROM {0} WHERE book = ?1 AND hour > times.hour) FROM times WHERE times.hour < ?3) "
    "SELECT {0}.hour / ?6 * ?6 AS span, {1} AS in_group, " DR_USAGE_SUMS
    " FROM times CROSS JOIN {0} ON book = ?1 AND {0}.hour = times.hour AND account = ?4 WHERE times.hour < ?3";
constexpr const char* kOfAll = "SELECT hour / ?6 * ?6 AS span, {1} AS in_group, " DR_USAGE_SUMS
                               " FROM {0} WHERE book = ?1 AND hour >= ?2 AND hour < ?3";

std::string make_list(const UsageFilter& filter) {
  const bool by_days = is_of_whole_days(filter);
  const bool of_totals = by_days && !filter.account && !filter.key && filter.by != UsageBy::key;
  const char* table = of_totals ? "usage_totals" : by_days ? "usage_days" : "usage_hours";
  std::string sql = fmt::format(fmt::runtime(filter.account ? kOfAccount : kOfAll), table, column_of(filter.by));
  if (of_totals) sql += filter.by == UsageBy::account ? " AND account <> zeroblob(16)" : " AND account = zeroblob(16)";
  if (filter.key) sql += " AND key = ?5";
  if (filter.after) sql += " AND (span < ?7 OR (span = ?7 AND in_group > ?8))";
  return sql + " GROUP BY span, in_group HAVING sum(tasks) > 0 ORDER BY span DESC, in_group LIMIT ?9";
}

std::string read_group(Query& row, UsageBy by) {
  if (!is_id(by)) return std::string(row.text());
  const IdBytes bytes = row.bytes<16>();
  return by == UsageBy::key ? KeyId{bytes}.text() : AccountId{bytes}.text();
}

// For statements whose rows begin with account and book.
template <class Use>
Status for_each_purse(Statement& statement, Use use) {
  Query query = statement.start();
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return fail(row.error());
    if (!*row) return {};
    AccountId account;
    query.read(account);
    use(account, query.number<ledger::Book>(), query);
  }
}

template <class After>
Result<std::vector<UsageRow>> run_list(Statement& statement, const UsageFilter& filter, const After& after) {
  std::optional<std::int64_t> after_hour;
  if (filter.after) after_hour = filter.after->hour;
  Query query =
      statement.start(filter.book, filter.from_hour, filter.until_hour, filter.account, filter.key, filter.span_hours,
                      after_hour, after, static_cast<std::int64_t>(std::min(filter.limit, kMaxPage)));
  std::vector<UsageRow> rows;
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return fail(row.error());
    if (!*row) return rows;
    UsageRow& read = rows.emplace_back();
    read.hour = query.integer();
    read.group = read_group(query, filter.by);
    read.usage = read_usage(query);
  }
}

}  // namespace

UsageQueries::UsageQueries(Database& database) : database_(database), get_key_month_(database, DR_KEY_MONTH) {}

Result<std::vector<UsageRow>> UsageQueries::list(const UsageFilter& filter) {
  const std::string sql = make_list(filter);
  Statement statement(database_, sql.c_str());
  if (!filter.after || !is_id(filter.by)) {
    return run_list(statement, filter, filter.after ? std::string_view(filter.after->group) : "");
  }
  const auto after =
      filter.by == UsageBy::key ? parse_group<KeyId>(*filter.after) : parse_group<AccountId>(*filter.after);
  if (!after) return fail(after.error());
  return run_list(statement, filter, *after);
}

Result<MicroCredits> UsageQueries::get_key_month(const KeyMonth& month) {
  Query query = get_key_month_.start(month.account, month.book, month.key, month.first_hour(), month.end_hour());
  const Result<bool> row = query.next();
  if (!row) return fail(row.error());
  return *row ? query.credits() : MicroCredits{};
}

Result<std::vector<FailureRow>> UsageQueries::list_failures(const FailureFilter& filter) {
  std::string sql =
      "SELECT day, code, model, upstream, sum(count) AS tasks, min(first_at), max(last_at), max(sample) "
      "FROM failures WHERE book = ?1 AND day >= ?2 AND day < ?3";
  if (filter.account) sql += " AND account = ?4";
  sql += " GROUP BY day, code, model, upstream ORDER BY day DESC, tasks DESC, code, model, upstream LIMIT ?5";
  Statement statement(database_, sql.c_str());
  Query query = statement.start(filter.book, filter.from_day, filter.until_day, filter.account,
                                static_cast<std::int64_t>(std::min(filter.limit, kMaxPage)));
  std::vector<FailureRow> rows;
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return fail(row.error());
    if (!*row) return rows;
    FailureRow& read = rows.emplace_back();
    read.day = query.integer();
    read.code = task::find_code(query.text()).value_or(Code::internal);
    read.model = query.text();
    read.upstream = query.text();
    read.failures.count = query.integer();
    read.failures.first_at = query.time();
    read.failures.last_at = query.time();
    query.read(read.failures.sample);
  }
}

Status UsageQueries::audit(ledger::Audit& audit) {
  Statement sums(database_, "SELECT account, book, " DR_USAGE_SUMS " FROM usage_days GROUP BY account, book");
  DR_TRY(for_each_purse(sums, [&](AccountId account, ledger::Book book, Query& row) {
    audit.add_usage(account, book, read_usage(row));
  }));
  // The sums lag behind by what the writer has gathered; the mark says how far.
  Statement births(database_,
                   "SELECT account, book, count(*), sum(hold) FROM tasks "
                   "WHERE rowid > (SELECT task_row FROM usage_mark) GROUP BY account, book");
  DR_TRY(for_each_purse(births, [&](AccountId account, ledger::Book book, Query& row) {
    const std::int64_t tasks = row.integer();
    audit.add_usage(account, book, {.tasks = tasks, .held = row.integer()});
  }));
  Statement failures(database_, "SELECT account, book, sum(count) FROM failures GROUP BY account, book");
  return for_each_purse(failures, [&](AccountId account, ledger::Book book, Query& row) {
    audit.add_failures(account, book, row.integer());
  });
}

Result<std::int64_t> UsageQueries::count_strange_sums() {
  return database_.get_integer(
      "SELECT (SELECT count(*) FROM (SELECT book, hour / 24 * 24, account, key, model, upstream, " DR_USAGE_SUMS
      " FROM usage_hours GROUP BY 1, 2, 3, 4, 5, 6 EXCEPT "
      "SELECT book, hour, account, key, model, upstream, " DR_USAGE
      " FROM usage_days)) + "
      "(SELECT count(*) FROM (SELECT book, hour, model, upstream, " DR_USAGE_SUMS
      " FROM usage_days GROUP BY 1, 2, 3, 4 EXCEPT SELECT book, hour, model, upstream, " DR_USAGE
      " FROM usage_totals WHERE account = zeroblob(16))) + "
      "(SELECT count(*) FROM (SELECT book, hour, account, " DR_USAGE_SUMS
      " FROM usage_days GROUP BY 1, 2, 3 EXCEPT SELECT book, hour, account, " DR_USAGE
      " FROM usage_totals WHERE account <> zeroblob(16)))");
}

}  // namespace darkroom::store::sqlite
