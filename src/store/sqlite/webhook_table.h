// Endpoints and the outbox as the writer changes them.
// Threads: the writer's. A verb that fails may have changed rows; the writer then rolls back.
#pragma once

#include "store/sqlite/statement.h"
#include "store/store.h"

namespace darkroom::store::sqlite {

class WebhookTable {
 public:
  explicit WebhookTable(Database& database);

  Status create(const webhook::Endpoint& endpoint);
  Result<webhook::Endpoint> change(const webhook::Change& change);
  Status remove(AccountId account, WebhookId id);
  Result<bool> has(WebhookId id);

  // At the end of a task.
  Status deliver(const TaskUpdate& update);
  Result<webhook::Endpoint> record(const AttemptRecord& record);
  Result<webhook::Delivery> resend(AccountId account, WebhookId webhook, TaskId task, WallTime at);
  Result<std::uint64_t> forget(WallTime made_before, std::size_t limit);

 private:
  // Nothing if the account has no such endpoint.
  Result<std::optional<webhook::Endpoint>> find(AccountId account, WebhookId id);
  Result<std::vector<webhook::Endpoint>> list(AccountId account);
  Result<std::optional<webhook::Delivery>> find_delivery(WebhookId webhook, TaskId task);
  Status put(const webhook::Endpoint& endpoint);
  Status update_delivery(const webhook::Delivery& delivery);
  Status drop_pending(WebhookId id);
  // What waits in the lane of the task's callback, if that may be too much; else 0.
  Result<std::uint32_t> count_crowd(const std::vector<webhook::Endpoint>& endpoints, const TaskUpdate& update);

  Database& database_;
  Statement account_exists_, exists_, find_, list_, put_, remove_, find_delivery_, insert_delivery_, count_lane_,
      update_delivery_, drop_pending_, forget_;
};

}  // namespace darkroom::store::sqlite
