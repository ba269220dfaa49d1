// Rows of endpoints and deliveries as values.
// Threads: no state. Fails with store_failed for a list of attempts that this program did not write.
#pragma once

#include <optional>
#include <vector>

#include "store/sqlite/statement.h"
#include "webhook/delivery.h"

namespace darkroom::store::sqlite {

#define DR_WEBHOOK                                                                                      \
  "id, account, url, events, unseal(id, secret), unseal(id, former_secret), former_until, created_at, " \
  "failing_since, disabled_at, disabled_by, pending"
#define DR_DELIVERY \
  "webhook, task, account, callback_url, lane, type, body, created_at, state, due_at, tries, attempt_count, attempts"

// The rows of a query that selects these columns; of the find_ functions, which may return nothing, the first.
Result<std::vector<webhook::Endpoint>> read_endpoints(Query& query);
Result<std::vector<webhook::Delivery>> read_deliveries(Query& query);
Result<std::optional<webhook::Endpoint>> find_endpoint(Query& query);
Result<std::optional<webhook::Delivery>> find_delivery(Query& query);

}  // namespace darkroom::store::sqlite
