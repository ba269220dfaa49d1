#include "store/sqlite/webhook_rows.h"

namespace darkroom::store::sqlite {
namespace {

Result<webhook::Endpoint> read_endpoint(Query& query) {
  webhook::Endpoint endpoint;
  query.read(endpoint.id);
  query.read(endpoint.account);
  endpoint.url = query.text();
  endpoint.events = webhook::EventSet::from_bits(query.number<std::uint8_t>());
  endpoint.secret = Secret(std::string(query.text()));
  endpoint.former_secret = Secret(std::string(query.text()));
  endpoint.former_until = query.maybe_time();
  endpoint.created_at = query.time();
  endpoint.failing_since = query.maybe_time();
  endpoint.disabled_at = query.maybe_time();
  endpoint.disabled_by = query.number<webhook::DisabledBy>();
  endpoint.pending = query.number<std::uint32_t>();
  return endpoint;
}

Result<webhook::Delivery> read_delivery(Query& query) {
  webhook::Delivery delivery;
  query.read(delivery.webhook);
  query.read(delivery.task);
  query.read(delivery.account);
  delivery.callback_url = query.text();
  delivery.lane = query.integer();
  delivery.message.type = query.number<webhook::EventType>();
  delivery.message.body = query.text();
  delivery.created_at = query.time();
  delivery.state = query.number<webhook::DeliveryState>();
  delivery.due_at = query.maybe_time();
  delivery.tries = query.number<std::uint32_t>();
  delivery.attempt_count = query.number<std::uint32_t>();
  Result<std::vector<webhook::Attempt>> attempts = webhook::parse_attempts(query.text());
  if (!attempts) return fail(std::move(attempts.error()));
  delivery.attempts = std::move(*attempts);
  return delivery;
}

template <class T, class Read>
Result<std::vector<T>> read_all(Query& query, Read read) {
  std::vector<T> rows;
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return fail(row.error());
    if (!*row) return rows;
    Result<T> value = read(query);
    if (!value) return fail(std::move(value.error()));
    rows.push_back(std::move(*value));
  }
}

template <class T>
Result<std::optional<T>> first(Result<std::vector<T>> rows) {
  if (!rows) return fail(std::move(rows.error()));
  if (rows->empty()) return std::nullopt;
  return std::move(rows->front());
}

}  // namespace

Result<std::vector<webhook::Endpoint>> read_endpoints(Query& query) {
  return read_all<webhook::Endpoint>(query, read_endpoint);
}
Result<std::vector<webhook::Delivery>> read_deliveries(Query& query) {
  return read_all<webhook::Delivery>(query, read_delivery);
}
Result<std::optional<webhook::Endpoint>> find_endpoint(Query& query) { return first(read_endpoints(query)); }
Result<std::optional<webhook::Delivery>> find_delivery(Query& query) { return first(read_deliveries(query)); }

}  // namespace darkroom::store::sqlite
