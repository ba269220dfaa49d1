#include "api/console/money.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "api/console/task_query.h"
#include "api/console/task_rows.h"
#include "api/nullable.h"
#include "api/query.h"
#include "base/time_text.h"
#include "usecase/look_at_task.h"

namespace darkroom::api::console {
namespace {

using ledger::kHoursOfDay;
constexpr std::int64_t kMostHoursByHour = 31 * kHoursOfDay;
constexpr std::int64_t kMostHoursByDay = 400 * kHoursOfDay;
constexpr std::int64_t kUsualHoursByHour = kHoursOfDay;
constexpr std::int64_t kUsualHoursByDay = 30 * kHoursOfDay;
constexpr std::int64_t kDaysOfWeek = 7;
constexpr std::size_t kMostPoints = 20'000;  // of one report; what is older is left out, and said so
constexpr std::size_t kMostGroups = 200;

struct Split {
  std::string_view name;
  store::UsageBy by;
};
constexpr auto kSplits = std::to_array<Split>({{"none", store::UsageBy::nothing},
                                               {"model", store::UsageBy::model},
                                               {"key", store::UsageBy::key},
                                               {"upstream", store::UsageBy::upstream},
                                               {"account", store::UsageBy::account}});

struct Report {
  store::UsageFilter filter;
  bool by_hour = false;
  std::string_view split = "none";
};

// Whole spans: the one in which `from` lies, and all before the one in which nothing before `to` lies any more.
Status read_range(const Visit& visit, std::int64_t span, std::int64_t usual, std::int64_t most, std::int64_t& from_hour,
                  std::int64_t& until_hour) {
  std::optional<WallTime> from;
  std::optional<WallTime> to;
  DR_TRY(put_into(from, read_moment(visit.request, "from")));
  DR_TRY(put_into(to, read_moment(visit.request, "to")));
  const WallTime last = to.value_or(visit.now() + milliseconds(1)) - milliseconds(1);
  until_hour = (ledger::hour_of(last) / span + 1) * span;
  from_hour = from ? ledger::hour_of(*from) / span * span : std::max<std::int64_t>(until_hour - usual, 0);
  if (from && to && *from >= *to) return refuse_parameter("to", "later than from");
  if (from_hour < 0 || from_hour >= until_hour) return refuse_parameter("from", "earlier than now, or than to");
  if (until_hour - from_hour <= most) return {};
  return refuse_parameter("from", fmt::format("within {} days of to", most / kHoursOfDay));
}

Status read_split(const Visit& visit, bool of_all, Report& report) {
  const std::string text = visit.request.query_parameter("split_by").value_or("none");
  const auto found = std::ranges::find(kSplits, text, &Split::name);
  const bool is_allowed = found != kSplits.end() && (found->by != store::UsageBy::upstream || visit.is_operator()) &&
                          (found->by != store::UsageBy::account || of_all);
  if (!is_allowed && !text.empty()) return refuse_parameter("split_by", "none, model or key");
  report.split = is_allowed ? found->name : "none";
  report.filter.by = is_allowed ? found->by : store::UsageBy::nothing;
  return {};
}

Result<Report> read_report(const Visit& visit, std::optional<AccountId> account) {
  Report report;
  const std::string group = visit.request.query_parameter("group_by").value_or("day");
  if (!group.empty() && group != "day" && group != "hour") return refuse_parameter("group_by", "day or hour");
  report.by_hour = group == "hour";
  store::UsageFilter& filter = report.filter;
  filter.account = account;
  filter.span_hours = report.by_hour ? 1 : kHoursOfDay;
  std::optional<ledger::Book> book;
  DR_TRY(put_into(book, read_book(visit.request)));
  filter.book = book.value_or(ledger::Book::live);
  DR_TRY(read_split(visit, !account, report));
  DR_TRY(read_range(visit, filter.span_hours, report.by_hour ? kUsualHoursByHour : kUsualHoursByDay,
                    report.by_hour ? kMostHoursByHour : kMostHoursByDay, filter.from_hour, filter.until_hour));
  filter.limit = store::kMaxPage;
  return report;
}

// A cancelled task shows `failed` everywhere, so it is counted there too.
void put_sums(json::object& shown, const ledger::Usage& usage) {
  shown["tasks"] = usage.tasks;
  shown["completed"] = usage.completed;
  shown["failed"] = usage.failed + usage.cancelled;
  shown["cancelled"] = usage.cancelled;
  shown["outputs"] = usage.outputs;
  shown["held_microcredits"] = usage.held;
  shown["captured_microcredits"] = usage.captured;
  shown["refunded_microcredits"] = usage.refunded;
  shown["unsettled_microcredits"] = usage.unsettled();
}

// Every page of the report, newest first. True: there was more than kMostPoints.
Async<Result<bool>> read_all(Visit& visit, store::UsageFilter filter, std::vector<store::UsageRow>* rows) {
  while (rows->size() < kMostPoints) {
    using Page = Result<std::vector<store::UsageRow>>;
    Page page = co_await await_on<Page>(
        visit.loop, [&](Done<Page> done) { visit.services.store.list_usage(filter, std::move(done)); });
    if (!page) co_return fail(std::move(page.error()));
    const std::size_t got = page->size();
    std::ranges::move(*page, std::back_inserter(*rows));
    if (got < filter.limit) co_return false;
    filter.after = store::UsagePlace{rows->back().hour, rows->back().group};
  }
  co_return true;
}

// What people call it: keys and accounts have names that say more than their ids.
json::value name_of(const Visit& visit, store::UsageBy by, const std::string& group) {
  if (by == store::UsageBy::nothing) return nullptr;
  if (by != store::UsageBy::key) return json::value(group);
  const std::optional<KeyId> id = KeyId::parse(group);
  const usecase::CallerRef key = id ? visit.services.api.keys.find(*id) : nullptr;
  if (!key) return json::value(group);
  return json::value(key->key_name.empty() ? "…" + key->last4 : key->key_name);
}

Async<Result<std::map<std::string, std::string>>> read_account_names(Visit& visit,
                                                                     const std::vector<store::UsageRow>& rows) {
  std::map<std::string, std::string> names;
  for (const store::UsageRow& row : rows) {
    const std::optional<AccountId> id = AccountId::parse(row.group);
    if (!id || names.contains(row.group)) continue;
    using Found = Result<std::optional<account::Account>>;
    const Found found = co_await await_on<Found>(
        visit.loop, [&](Done<Found> done) { visit.people().find_account_of_id(*id, std::move(done)); });
    if (!found) co_return fail(found.error());
    names[row.group] = *found ? (*found)->name : row.group;
  }
  co_return names;
}

json::object print_point(const Visit& visit, const Report& report, const store::UsageRow& row,
                         const std::map<std::string, std::string>& accounts) {
  const store::UsageBy by = report.filter.by;
  json::object point = {{"start", print_rfc3339(ledger::hour_begins(row.hour))}};
  const auto account = accounts.find(row.group);
  point["name"] = account != accounts.end() ? json::value(account->second) : name_of(visit, by, row.group);
  point["id"] = by == store::UsageBy::nothing ? json::value(nullptr) : json::value(row.group);
  put_sums(point, row.usage);
  return point;
}

Async<Result<json::object>> print_report(Visit& visit, Report report) {
  std::vector<store::UsageRow> rows;
  const Result<bool> has_more = co_await read_all(visit, report.filter, &rows);
  if (!has_more) co_return fail(has_more.error());
  std::map<std::string, std::string> accounts;
  if (report.filter.by == store::UsageBy::account) {
    Result<std::map<std::string, std::string>> names = co_await read_account_names(visit, rows);
    if (!names) co_return fail(std::move(names.error()));
    accounts = std::move(*names);
  }
  json::object shown = {{"from", print_rfc3339(ledger::hour_begins(report.filter.from_hour))},
                        {"to", print_rfc3339(ledger::hour_begins(report.filter.until_hour))},
                        {"group_by", report.by_hour ? "hour" : "day"},
                        {"split_by", report.split},
                        {"book", ledger::print(report.filter.book)},
                        {"has_more", *has_more}};
  ledger::Usage totals;
  json::array& data = shown["data"].emplace_array();
  for (const store::UsageRow& row : rows) {
    totals += row.usage;
    data.push_back(print_point(visit, report, row, accounts));
  }
  put_sums(shown["totals"].emplace_object(), totals);
  co_return shown;
}

// By day, today and the six days before it.
store::UsageFilter week_of(const Visit& visit, std::optional<AccountId> account, ledger::Book book) {
  store::UsageFilter filter;
  filter.account = account;
  filter.book = book;
  filter.span_hours = kHoursOfDay;
  filter.until_hour = (ledger::day_of(visit.now()) + 1) * kHoursOfDay;
  filter.from_hour = std::max<std::int64_t>(filter.until_hour - kDaysOfWeek * kHoursOfDay, 0);
  filter.limit = store::kMaxPage;
  return filter;
}

// "<32 hex>.<kind>"
std::string print_place(const ledger::Entry& entry) {
  return fmt::format("{}.{}", to_hex(entry.ref), static_cast<int>(entry.kind));
}

Result<std::optional<store::EntryPlace>> read_place(const http::Request& request) {
  const auto text = request.query_parameter("cursor");
  if (!text || text->empty()) return std::nullopt;
  const std::size_t dot = text->find('.');
  const auto ref = parse_hex_id(std::string_view(*text).substr(0, dot));
  const auto kind = dot == std::string::npos ? std::nullopt : parse_number(std::string_view(*text).substr(dot + 1));
  if (!ref || !kind || *kind < 0 || *kind > static_cast<std::int64_t>(ledger::Kind::upstream_loss)) {
    return refuse_parameter("cursor", "the next_cursor of an earlier page");
  }
  return store::EntryPlace{*ref, static_cast<ledger::Kind>(*kind)};
}

// One failure of one model, over all days of the report, and at one upstream for operators.
using GroupKey = std::tuple<int, std::string, std::string>;
struct Group {
  Code code = Code::internal;
  store::Failures failures;
  std::vector<TaskId> samples;  // the youngest of some days, newest first
};
constexpr std::size_t kSamples = 5;

json::object print_group(const Visit& visit, const GroupKey& key, const Group& group) {
  const CodeInfo& code = info(group.code);
  const CodeInfo& shown_code = code.public_number != 0 ? code : info(Code::internal);
  json::object shown = {{"code", shown_code.public_number},
                        {"name", shown_code.name},
                        {"message", shown_code.meaning},
                        {"doc_url", doc_url(visit.services.public_url, shown_code.public_number)},
                        {"model", std::get<1>(key)},
                        {"count", group.failures.count},
                        {"first_seen_at", print_rfc3339(group.failures.first_at)},
                        {"last_seen_at", print_rfc3339(group.failures.last_at)}};
  shown["upstream"] = text_or_null(std::get<2>(key));
  json::array& samples = shown["sample_task_ids"].emplace_array();
  for (const TaskId id : group.samples) samples.emplace_back(id.text());
  return shown;
}

Answer list_errors(Visit& visit, std::optional<AccountId> account) {
  store::FailureFilter filter;
  filter.account = account;
  std::optional<ledger::Book> book;
  DR_CO_TRY(put_into(book, read_book(visit.request)));
  filter.book = book.value_or(ledger::Book::live);
  std::int64_t from_hour = 0;
  std::int64_t until_hour = 0;
  DR_CO_TRY(read_range(visit, kHoursOfDay, kUsualHoursByDay, kMostHoursByDay, from_hour, until_hour));
  filter.from_day = from_hour / kHoursOfDay;
  filter.until_day = until_hour / kHoursOfDay;
  filter.limit = store::kMaxPage;
  using Rows = Result<std::vector<store::FailureRow>>;
  const Rows rows = co_await await_on<Rows>(
      visit.loop, [&](Done<Rows> done) { visit.services.store.list_failures(filter, std::move(done)); });
  if (!rows) co_return fail(rows.error());
  std::map<GroupKey, Group> groups;
  for (const store::FailureRow& row : *rows) {
    const int number = info(row.code).public_number;
    Group& group = groups[{number, row.model, visit.is_operator() ? row.upstream : std::string()}];
    group.code = row.code;
    group.failures += row.failures;
    group.samples.push_back(row.failures.sample);
  }
  std::vector<std::pair<GroupKey, Group>> sorted(groups.begin(), groups.end());
  std::ranges::stable_sort(sorted, std::greater(), [](const auto& one) { return one.second.failures.last_at; });
  if (sorted.size() > kMostGroups) sorted.resize(kMostGroups);
  json::array data;
  for (auto& [key, group] : sorted) {
    std::ranges::sort(group.samples, std::greater());
    if (group.samples.size() > kSamples) group.samples.resize(kSamples);
    data.push_back(print_group(visit, key, group));
  }
  co_return answer_page(std::move(data));
}

}  // namespace

Answer show_account_usage(Visit& visit) {
  const Result<Report> report = read_report(visit, visit.account().id);
  if (!report) co_return fail(report.error());
  Result<json::object> shown = co_await print_report(visit, *report);
  if (!shown) co_return fail(std::move(shown.error()));
  Result<json::object> funds = co_await report_funds(visit, report->filter.book);
  if (!funds) co_return fail(std::move(funds.error()));
  (*shown)["funds"] = std::move(*funds);
  co_return answer_with(*shown);
}

Answer show_all_usage(Visit& visit) {
  const Result<Report> report = read_report(visit, std::nullopt);
  if (!report) co_return fail(report.error());
  Result<json::object> shown = co_await print_report(visit, *report);
  if (!shown) co_return fail(std::move(shown.error()));
  co_return answer_with(*shown);
}

Answer list_account_errors(Visit& visit) { return list_errors(visit, visit.account().id); }
Answer list_all_errors(Visit& visit) { return list_errors(visit, std::nullopt); }

Async<Result<json::object>> report_week(Visit& visit, std::optional<AccountId> account, ledger::Book book) {
  Report report;
  report.filter = week_of(visit, account, book);
  Result<json::object> shown = co_await print_report(visit, std::move(report));
  co_return shown;
}

Async<Result<json::object>> report_funds(Visit& visit, ledger::Book book) {
  const AccountId account = visit.account().id;
  const Result<ledger::Balance> balance = co_await visit.services.api.accounts.get_balance(visit.loop, account, book);
  if (!balance) co_return fail(balance.error());
  std::vector<store::UsageRow> days;
  const store::UsageFilter week = week_of(visit, account, book);
  const Result<bool> has_more = co_await read_all(visit, week, &days);
  if (!has_more) co_return fail(has_more.error());
  std::int64_t spent = 0;
  for (const store::UsageRow& day : days) spent += day.usage.captured;
  json::object shown = {{"available_microcredits", balance->available().count()},
                        {"held_microcredits", balance->held.count()},
                        {"week_microcredits", spent}};
  shown["days_left"] = nullptr;
  if (spent > 0) {
    const double days_left =
        static_cast<double>(balance->available().count()) * kDaysOfWeek / static_cast<double>(spent);
    shown["days_left"] = std::floor(days_left * 10) / 10;
  }
  co_return shown;
}

Answer list_ledger(Visit& visit) {
  store::EntryFilter filter;
  filter.account = visit.account().id;
  std::optional<ledger::Book> book;
  DR_CO_TRY(put_into(book, read_book(visit.request)));
  filter.book = book.value_or(ledger::Book::live);
  DR_CO_TRY(put_into(filter.limit, page_limit(visit)));
  DR_CO_TRY(put_into(filter.before, read_place(visit.request)));
  const Result<usecase::LedgerPage> page =
      co_await usecase::get_ledger_page(visit.loop, visit.services.store, std::move(filter));
  if (!page) co_return fail(page.error());
  json::object shown;
  json::array& data = shown["data"].emplace_array();
  for (const ledger::Entry& entry : page->entries) data.push_back(print_entry(entry));
  shown["next_cursor"] = page->has_more ? json::value(print_place(page->entries.back())) : json::value(nullptr);
  shown["sum_microcredits"] = page->sum;
  shown["balance_microcredits"] = page->balance.count();
  co_return answer_with(shown);
}

}  // namespace darkroom::api::console
