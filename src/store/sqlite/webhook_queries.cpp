#include "store/sqlite/webhook_queries.h"

#include <algorithm>

#include "store/sqlite/webhook_rows.h"

namespace darkroom::store::sqlite {
namespace {

std::int64_t clamp(std::size_t limit) { return static_cast<std::int64_t>(std::min<std::size_t>(limit, INT32_MAX)); }

const TaskId kYoungerThanAny = [] {
  TaskId id;
  id.bytes.fill(0xff);
  return id;
}();

void note_next(DuePage& page, WallTime due) { page.next_due = std::min(page.next_due.value_or(due), due); }

}  // namespace

WebhookQueries::WebhookQueries(Database& database)
    : list_(database, "SELECT " DR_WEBHOOK " FROM webhooks WHERE account = ? ORDER BY id"),
      find_(database, "SELECT " DR_WEBHOOK " FROM webhooks WHERE id = ?"),
      // One step into the index for each lane that has something pending, however much that is: behind the latest
      // time that a row of the lane could have.
      next_pending_(database,
                    "SELECT webhook, lane, due_at FROM deliveries INDEXED BY deliveries_due WHERE "
                    "(webhook, lane, due_at) > (?, ?, 9223372036854775807) AND due_at NOT NULL "
                    "ORDER BY webhook, lane, due_at LIMIT 1"),
      list_due_(database,
                "SELECT " DR_DELIVERY
                " FROM deliveries INDEXED BY deliveries_due WHERE webhook = ? AND lane = ? AND due_at NOT NULL AND "
                "due_at <= ? ORDER BY due_at, task LIMIT ?"),
      next_due_(database,
                "SELECT due_at FROM deliveries INDEXED BY deliveries_due WHERE webhook = ? AND lane = ? AND "
                "due_at NOT NULL AND due_at > ? ORDER BY due_at LIMIT 1"),
      list_deliveries_(database, "SELECT " DR_DELIVERY
                                 " FROM deliveries WHERE webhook = ? AND task < ? ORDER BY task DESC LIMIT ?") {}

Result<std::vector<webhook::Endpoint>> WebhookQueries::list(AccountId account) {
  Query query = list_.start(account);
  return read_endpoints(query);
}

Result<std::optional<webhook::Endpoint>> WebhookQueries::find(WebhookId id) {
  Query query = find_.start(id);
  return find_endpoint(query);
}

Result<DuePage> WebhookQueries::list_due(const DueFilter& filter) {
  DuePage page;
  webhook::Lane at = filter.after.value_or(webhook::Lane{});
  for (std::size_t looked_at = 0;; ++looked_at) {
    const Result<std::optional<Head>> next = next_pending(at);
    if (!next) return fail(next.error());
    if (!*next) break;
    if (looked_at == filter.lanes) return page;
    at = (*next)->lane;
    page.last = at;
    if ((*next)->due_at > filter.now) {
      note_next(page, (*next)->due_at);
    } else {
      DR_TRY(add_due(at, filter, page));
    }
  }
  page.last.reset();
  return page;
}

Result<std::optional<WebhookQueries::Head>> WebhookQueries::next_pending(const webhook::Lane& after) {
  Query query = next_pending_.start(after.webhook, after.number);
  const Result<bool> row = query.next();
  if (!row) return fail(row.error());
  if (!*row) return std::nullopt;
  Head head;
  query.read(head.lane.webhook);
  head.lane.number = query.integer();
  head.due_at = query.time();
  return head;
}

Status WebhookQueries::add_due(const webhook::Lane& lane, const DueFilter& filter, DuePage& page) {
  const Result<std::optional<webhook::Endpoint>> endpoint = find(lane.webhook);
  if (!endpoint) return fail(endpoint.error());
  if (!*endpoint) return {};  // removed between the two looks
  {
    Query query = list_due_.start(lane.webhook, lane.number, filter.now, clamp(filter.of_each));
    Result<std::vector<webhook::Delivery>> due = read_deliveries(query);
    if (!due) return fail(std::move(due.error()));
    for (webhook::Delivery& delivery : *due) page.deliveries.push_back({std::move(delivery), **endpoint});
    if (due->size() == filter.of_each) return {};
  }
  Query later = next_due_.start(lane.webhook, lane.number, filter.now);
  const Result<bool> row = later.next();
  if (!row) return fail(row.error());
  if (*row) note_next(page, later.time());
  return {};
}

Result<std::vector<webhook::Delivery>> WebhookQueries::list_deliveries(const DeliveryFilter& filter) {
  const Result<std::optional<webhook::Endpoint>> endpoint = find(filter.webhook);
  if (!endpoint) return fail(endpoint.error());
  if (!*endpoint || (*endpoint)->account != filter.account) return fail(Code::not_found);
  Query query = list_deliveries_.start(filter.webhook, filter.before.value_or(kYoungerThanAny),
                                       clamp(std::min(filter.limit, kMaxPage)));
  return read_deliveries(query);
}

}  // namespace darkroom::store::sqlite
