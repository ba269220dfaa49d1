#include "store/sqlite/webhook_table.h"

#include "store/outbox.h"
#include "store/sqlite/webhook_rows.h"

namespace darkroom::store::sqlite {

WebhookTable::WebhookTable(Database& database)
    : database_(database),
      account_exists_(database, "SELECT 1 FROM accounts WHERE id = ?"),
      exists_(database, "SELECT 1 FROM webhooks WHERE id = ?"),
      find_(database, "SELECT " DR_WEBHOOK " FROM webhooks WHERE id = ?"),
      list_(database, "SELECT " DR_WEBHOOK " FROM webhooks WHERE account = ? ORDER BY id"),
      put_(
          database,
          "INSERT OR REPLACE INTO webhooks (id, account, url, events, secret, former_secret, former_until, created_at, "
          "failing_since, disabled_at, disabled_by, pending) VALUES "
          "(?1, ?2, ?3, ?4, seal(?1, ?5), seal(?1, ?6), ?7, ?8, ?9, ?10, ?11, ?12)"),
      remove_(database, "DELETE FROM webhooks WHERE id = ?"),
      find_delivery_(database, "SELECT " DR_DELIVERY " FROM deliveries WHERE webhook = ? AND task = ?"),
      insert_delivery_(database,
                       "INSERT INTO deliveries (" DR_DELIVERY ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      // At most so many steps in the index, and only while thousands wait.
      count_lane_(database,
                  "SELECT count(*) FROM (SELECT 1 FROM deliveries INDEXED BY deliveries_due WHERE webhook = ? AND "
                  "lane = ? AND due_at NOT NULL LIMIT ?)"),
      update_delivery_(database,
                       "UPDATE deliveries SET state = ?3, due_at = ?4, tries = ?5, attempt_count = ?6, attempts = ?7 "
                       "WHERE webhook = ?1 AND task = ?2"),
      drop_pending_(database, "UPDATE deliveries SET state = ?2, due_at = NULL WHERE webhook = ?1 AND due_at NOT NULL"),
      forget_(database,
              "DELETE FROM deliveries WHERE number IN (SELECT number FROM deliveries ORDER BY number LIMIT ?2) "
              "AND due_at IS NULL AND created_at < ?1") {}

Result<bool> WebhookTable::has(WebhookId id) { return exists_.start(id).next(); }

Result<std::optional<webhook::Endpoint>> WebhookTable::find(AccountId account, WebhookId id) {
  Query query = find_.start(id);
  Result<std::optional<webhook::Endpoint>> endpoint = find_endpoint(query);
  if (endpoint && *endpoint && (*endpoint)->account != account) return std::nullopt;
  return endpoint;
}

Result<std::optional<webhook::Delivery>> WebhookTable::find_delivery(WebhookId webhook, TaskId task) {
  Query query = find_delivery_.start(webhook, task);
  return sqlite::find_delivery(query);
}

Status WebhookTable::put(const webhook::Endpoint& endpoint) {
  return put_.run(endpoint.id, endpoint.account, endpoint.url, endpoint.events.bits(), endpoint.secret.reveal(),
                  endpoint.former_secret.reveal(), endpoint.former_until, endpoint.created_at, endpoint.failing_since,
                  endpoint.disabled_at, endpoint.disabled_by, endpoint.pending);
}

Status WebhookTable::create(const webhook::Endpoint& endpoint) {
  const Result<bool> owner = account_exists_.start(endpoint.account).next();
  if (!owner) return fail(owner.error());
  if (!*owner) return fail(Code::not_found, "no such account");
  const Result<bool> taken = has(endpoint.id);
  if (!taken) return fail(taken.error());
  if (*taken) return fail(Code::already_exists);
  const Result<std::vector<webhook::Endpoint>> others = list(endpoint.account);
  if (!others) return fail(others.error());
  const auto count = std::ranges::count_if(*others, [](const auto& one) { return !one.is_default(); });
  if (!endpoint.is_default() && static_cast<std::size_t>(count) >= webhook::kMostEndpoints) return fail(Code::conflict);
  return put(endpoint);
}

Result<std::vector<webhook::Endpoint>> WebhookTable::list(AccountId account) {
  Query query = list_.start(account);
  return read_endpoints(query);
}

Result<webhook::Endpoint> WebhookTable::change(const webhook::Change& change) {
  Result<std::optional<webhook::Endpoint>> found = find(change.account, change.id);
  if (!found) return fail(std::move(found.error()));
  if (!*found) return fail(Code::not_found);
  webhook::Endpoint& endpoint = **found;
  webhook::apply(endpoint, change);
  if (endpoint.disabled_at) {
    DR_TRY(drop_pending(endpoint.id));
    endpoint.pending = 0;
  }
  DR_TRY(put(endpoint));
  return std::move(endpoint);
}

Status WebhookTable::remove(AccountId account, WebhookId id) {
  const Result<std::optional<webhook::Endpoint>> found = find(account, id);
  if (!found) return fail(found.error());
  if (!*found) return fail(Code::not_found);
  DR_TRY(drop_pending(id));
  return remove_.run(id);
}

Status WebhookTable::drop_pending(WebhookId id) { return drop_pending_.run(id, webhook::DeliveryState::dropped); }

Result<std::uint32_t> WebhookTable::count_crowd(const std::vector<webhook::Endpoint>& endpoints,
                                                const TaskUpdate& update) {
  const std::optional<webhook::Lane> lane = find_crowded_lane(endpoints, update);
  if (!lane) return 0U;
  Query query = count_lane_.start(lane->webhook, lane->number, std::int64_t{webhook::kMostPending});
  const Result<bool> row = query.next();
  if (!row) return fail(row.error());
  return query.number<std::uint32_t>();
}

Status WebhookTable::deliver(const TaskUpdate& update) {
  Result<std::vector<webhook::Endpoint>> endpoints = list(update.task.account);
  if (!endpoints) return fail(std::move(endpoints.error()));
  if (endpoints->empty()) return {};
  const Result<std::uint32_t> pending_in_lane = count_crowd(*endpoints, update);
  if (!pending_in_lane) return fail(pending_in_lane.error());
  const std::vector<webhook::Delivery> deliveries = make_deliveries(*endpoints, update, *pending_in_lane);
  for (const webhook::Delivery& delivery : deliveries) {
    DR_TRY(insert_delivery_.run(delivery.webhook, delivery.task, delivery.account, delivery.callback_url, delivery.lane,
                                delivery.message.type, delivery.message.body, delivery.created_at, delivery.state,
                                delivery.due_at, delivery.tries, delivery.attempt_count,
                                webhook::print_attempts(delivery.attempts)));
    const auto endpoint = std::ranges::find(*endpoints, delivery.webhook, &webhook::Endpoint::id);
    if (delivery.due_at) DR_TRY(put(*endpoint));
  }
  return {};
}

Result<webhook::Endpoint> WebhookTable::record(const AttemptRecord& record) {
  Result<std::optional<webhook::Delivery>> delivery = find_delivery(record.webhook, record.task);
  if (!delivery) return fail(std::move(delivery.error()));
  if (!*delivery || (*delivery)->attempt_count != record.number) return fail(Code::stale_fence);
  Result<std::optional<webhook::Endpoint>> endpoint = find((*delivery)->account, record.webhook);
  if (!endpoint) return fail(std::move(endpoint.error()));
  if (!*endpoint) return fail(Code::stale_fence);
  if (apply(**endpoint, **delivery, record)) DR_TRY(drop_pending(record.webhook));
  DR_TRY(update_delivery(**delivery));
  DR_TRY(put(**endpoint));
  return std::move(**endpoint);
}

Result<webhook::Delivery> WebhookTable::resend(AccountId account, WebhookId webhook, TaskId task, WallTime at) {
  Result<std::optional<webhook::Endpoint>> endpoint = find(account, webhook);
  if (!endpoint) return fail(std::move(endpoint.error()));
  if (!*endpoint) return fail(Code::not_found);
  Result<std::optional<webhook::Delivery>> delivery = find_delivery(webhook, task);
  if (!delivery) return fail(std::move(delivery.error()));
  if (!*delivery) return fail(Code::not_found);
  if ((*endpoint)->disabled_at) return fail(Code::conflict);
  if (!(*delivery)->due_at) ++(*endpoint)->pending;
  webhook::send_again(**delivery, at);
  DR_TRY(update_delivery(**delivery));
  DR_TRY(put(**endpoint));
  return std::move(**delivery);
}

Status WebhookTable::update_delivery(const webhook::Delivery& delivery) {
  return update_delivery_.run(delivery.webhook, delivery.task, delivery.state, delivery.due_at, delivery.tries,
                              delivery.attempt_count, webhook::print_attempts(delivery.attempts));
}

Result<std::uint64_t> WebhookTable::forget(WallTime made_before, std::size_t limit) {
  const std::int64_t before = database_.total_changes();
  DR_TRY(forget_.run(made_before, static_cast<std::int64_t>(std::min<std::size_t>(limit, INT32_MAX))));
  return static_cast<std::uint64_t>(database_.total_changes() - before);
}

}  // namespace darkroom::store::sqlite
