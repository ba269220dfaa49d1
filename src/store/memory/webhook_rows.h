// The endpoints and the outbox of the memory store, as plain functions that either do everything or nothing.
// Threads: one at a time.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "store/store.h"

namespace darkroom::store {

class WebhookRows {
 public:
  Status create(const webhook::Endpoint& endpoint);
  Result<webhook::Endpoint> change(const webhook::Change& change);
  Status remove(AccountId account, WebhookId id);
  std::vector<webhook::Endpoint> list(AccountId account) const;
  bool has(WebhookId id) const { return endpoints_.contains(id); }

  // At the end of a task.
  void deliver(const TaskUpdate& update);
  DuePage list_due(const DueFilter& filter) const;
  Result<webhook::Endpoint> record(const AttemptRecord& record);
  Result<std::vector<webhook::Delivery>> list_deliveries(const DeliveryFilter& filter) const;
  std::vector<webhook::Delivery> list_of_task(AccountId account, TaskId task) const;
  Result<webhook::Delivery> resend(AccountId account, WebhookId webhook, TaskId task, WallTime at);
  std::uint64_t forget(WallTime made_before, std::size_t limit);

 private:
  using Deliveries = std::map<TaskId, webhook::Delivery>;

  // nullptr if the account has no such endpoint.
  webhook::Endpoint* find(AccountId account, WebhookId id);
  const webhook::Endpoint* find(AccountId account, WebhookId id) const;
  void drop_pending(WebhookId id);
  // Its pending deliveries by their lanes, the longest due first.
  std::map<std::int64_t, std::vector<const webhook::Delivery*>> list_pending(WebhookId id) const;

  std::map<WebhookId, webhook::Endpoint> endpoints_;
  std::map<WebhookId, Deliveries> deliveries_;
  std::vector<std::pair<WebhookId, TaskId>> in_order_;  // of their making
};

}  // namespace darkroom::store
