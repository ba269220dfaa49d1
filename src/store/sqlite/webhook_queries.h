// What a reader asks about endpoints and deliveries.
// Threads: those of the connection.
#pragma once

#include "store/sqlite/statement.h"
#include "store/store.h"

namespace darkroom::store::sqlite {

class WebhookQueries {
 public:
  explicit WebhookQueries(Database& database);

  Result<std::vector<webhook::Endpoint>> list(AccountId account);
  Result<DuePage> list_due(const DueFilter& filter);
  Result<std::vector<webhook::Delivery>> list_deliveries(const DeliveryFilter& filter);

 private:
  Result<std::optional<webhook::Endpoint>> find(WebhookId id);
  Result<std::optional<WebhookId>> next_pending(WebhookId after);
  Status add_due(WebhookId id, const DueFilter& filter, DuePage& page);

  Statement list_, find_, next_pending_, list_due_, next_due_, list_deliveries_;
};

}  // namespace darkroom::store::sqlite
