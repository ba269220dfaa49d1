#include "api/usage.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/query.h"
#include "base/json.h"
#include "ledger/usage.h"

namespace darkroom::api {
namespace {

constexpr std::size_t kUsualRows = 100;
constexpr std::size_t kMostRows = 500;
using ledger::kHoursOfDay;
// Of one report; further back there are other reports.
constexpr std::int64_t kMostHoursByHour = 7 * kHoursOfDay;
constexpr std::int64_t kMostHoursByDay = 366 * kHoursOfDay;
constexpr std::int64_t kUsualHoursByHour = kHoursOfDay;
constexpr std::int64_t kUsualHoursByDay = 30 * kHoursOfDay;

Status read_group(const http::Request& request, store::UsageFilter& filter) {
  const std::string group = request.query_parameter("group").value_or("");
  if (!group.empty() && group != "day" && group != "hour") return refuse_parameter("group", "day or hour");
  filter.span_hours = group == "hour" ? 1 : kHoursOfDay;
  return {};
}

// Whole spans: the one in which `from` lies, and all before the one in which nothing before `to` lies any more.
Status read_range(const http::Request& request, WallTime now, store::UsageFilter& filter) {
  std::optional<WallTime> from;
  std::optional<WallTime> to;
  DR_TRY(put_into(from, read_time(request, "from")));
  DR_TRY(put_into(to, read_time(request, "to")));
  const std::int64_t span = filter.span_hours;
  const bool by_hour = span == 1;
  const WallTime last = to.value_or(now + milliseconds(1)) - milliseconds(1);
  filter.until_hour = (ledger::hour_of(last) / span + 1) * span;
  const std::int64_t usual = by_hour ? kUsualHoursByHour : kUsualHoursByDay;
  filter.from_hour = from ? ledger::hour_of(*from) / span * span : std::max<std::int64_t>(filter.until_hour - usual, 0);
  if (from && to && *from >= *to) return refuse_parameter("to", "later than from");
  if (from && filter.from_hour >= filter.until_hour) return refuse_parameter("from", "earlier than now, or than to");
  if (filter.until_hour - filter.from_hour > (by_hour ? kMostHoursByHour : kMostHoursByDay)) {
    return refuse_parameter("from", by_hour ? "within 7 days of to when grouped by hour" : "within 366 days of to");
  }
  return {};
}

Status read_key(const http::Request& request, KeyId own, store::UsageFilter& filter) {
  const auto key = request.query_parameter("key");
  if (!key || key->empty()) return {};
  filter.key = *key == "self" ? own : KeyId::parse(*key);
  if (!filter.key) return refuse_parameter("key", "self, or the id of an API key, key_ and 32 hex digits");
  return {};
}

std::string print_cursor(const store::UsageRow& row) { return fmt::format("{}.{}", row.hour, row.group); }

Status read_cursor(const http::Request& request, store::UsageFilter& filter) {
  const auto text = request.query_parameter("cursor");
  if (!text || text->empty()) return {};
  const std::size_t dot = text->find('.');
  const auto hour = parse_number(std::string_view(*text).substr(0, dot));
  if (dot == std::string::npos || !hour) return refuse_parameter("cursor", "the next_cursor of an earlier page");
  filter.after = {*hour, text->substr(dot + 1)};
  return {};
}

Result<store::UsageFilter> read_filter(const Exchange& exchange) {
  const usecase::Caller& caller = *exchange.caller;
  store::UsageFilter filter;
  filter.account = caller.account;
  filter.book = caller.book;
  DR_TRY(read_group(exchange.request, filter));
  DR_TRY(read_range(exchange.request, exchange.services.clock.wall_now(), filter));
  DR_TRY(read_key(exchange.request, caller.key, filter));
  DR_TRY(read_cursor(exchange.request, filter));
  DR_TRY(put_into(filter.limit, read_limit(exchange.request, kUsualRows, kMostRows)));
  return filter;
}

// A cancelled task shows `failed` everywhere, so it is counted there too.
json::object print_row(const store::UsageRow& row) {
  const ledger::Usage& usage = row.usage;
  return {{"start", to_unix_seconds(ledger::hour_begins(row.hour))},
          {"model", row.group},
          {"tasks", usage.tasks},
          {"completed", usage.completed},
          {"failed", usage.failed + usage.cancelled},
          {"cancelled", usage.cancelled},
          {"outputs", usage.outputs},
          {"held_microcredits", usage.unsettled()},
          {"captured_microcredits", usage.captured},
          {"refunded_microcredits", usage.refunded}};
}

}  // namespace

Answer list_usage(Exchange& exchange) {
  Result<store::UsageFilter> filter = read_filter(exchange);
  if (!filter) co_return fail(std::move(filter.error()));
  const std::size_t limit = filter->limit++;  // one more tells whether there is a next page
  Result<std::vector<store::UsageRow>> rows =
      co_await exchange.services.accounts.list_usage(exchange.loop, std::move(*filter));
  if (!rows) co_return fail(std::move(rows.error()));
  const bool has_next = rows->size() > limit;
  if (has_next) rows->pop_back();
  json::object page;
  json::array& data = page["data"].emplace_array();
  for (const store::UsageRow& row : *rows) data.push_back(print_row(row));
  page["next_cursor"] = nullptr;
  if (has_next) page["next_cursor"] = print_cursor(rows->back());
  http::Response response;
  response.set("Cache-Control", "private, no-store");
  response.body = json::print(page);
  co_return response;
}

}  // namespace darkroom::api
