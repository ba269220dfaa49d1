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
  // The longest due delivery of a lane.
  struct Head {
    webhook::Lane lane;
    WallTime due_at{};
  };
  Result<std::optional<Head>> next_pending(const webhook::Lane& after);
  Status add_due(const webhook::Lane& lane, const DueFilter& filter, DuePage& page);

  Statement list_, find_, next_pending_, list_due_, next_due_, list_deliveries_;
};

}  // namespace darkroom::store::sqlite
