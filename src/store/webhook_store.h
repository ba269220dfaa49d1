// The part of the store's port that webhooks need: endpoints, and the outbox of deliveries. Rows of the outbox come to
// be with the end of a task only: Store::update_task writes them in the transaction that ends it, one for each endpoint
// of the account that listens and one for the task's own callback_url.
// Threads and failures: as of Store, of which this is a part.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/done.h"
#include "webhook/delivery.h"
#include "webhook/endpoint.h"

namespace darkroom::store {

// Deliveries that may be tried now, a few of each lane, so that one with thousands never hides the others.
struct DueFilter {
  WallTime now{};
  std::optional<webhook::Lane> after = {};  // lanes behind this one, in their order
  std::size_t lanes = 64;                   // that have a delivery pending, looked at
  std::size_t of_each = 8;                  // the longest due ones
};
struct DueDelivery {
  webhook::Delivery delivery;
  webhook::Endpoint endpoint;
};
struct DuePage {
  std::vector<DueDelivery> deliveries;
  std::optional<WallTime> next_due;   // the earliest of the later ones of the lanes that were looked at
  std::optional<webhook::Lane> last;  // the last that was looked at; nothing: there are none behind it
};

// A try that has been made.
struct AttemptRecord {
  WebhookId webhook;
  TaskId task;
  std::uint32_t number = 0;  // Delivery::attempt_count before it
  webhook::Attempt attempt;
  webhook::Verdict verdict;
};

struct DeliveryFilter {
  AccountId account;
  WebhookId webhook;
  std::optional<TaskId> before = {};  // of tasks older than this one
  std::size_t limit = 20;             // at most kMaxPage
};

class WebhookStore {
 public:
  virtual ~WebhookStore() = default;

  // already_exists if the id is taken; conflict if the account has webhook::kMostEndpoints; not_found without account.
  virtual void create_webhook(webhook::Endpoint endpoint, Done<void> done) = 0;
  // The endpoint after the change. Disabling drops what is pending. not_found if the account has no such endpoint.
  virtual void change_webhook(webhook::Change change, Done<webhook::Endpoint> done) = 0;
  // Drops what is pending. not_found if the account has no such endpoint.
  virtual void remove_webhook(AccountId account, WebhookId id, Done<void> done) = 0;
  // Of the account, the default one included, oldest first.
  virtual void list_webhooks(AccountId account, Done<std::vector<webhook::Endpoint>> done) = 0;

  virtual void list_due_deliveries(DueFilter filter, Done<DuePage> done) = 0;
  // Notes the try and what it says about the endpoint, which is returned; one that gets disabled by it drops what is
  // pending. stale_fence changes nothing: another try has been noted meanwhile, or the delivery or endpoint is gone.
  virtual void record_attempt(AttemptRecord record, Done<webhook::Endpoint> done) = 0;
  // Newest first. not_found if the account has no such endpoint.
  virtual void list_deliveries(DeliveryFilter filter, Done<std::vector<webhook::Delivery>> done) = 0;
  // The delivery, due at once. not_found if the account has no such endpoint or that no such delivery; conflict if the
  // endpoint is disabled.
  virtual void resend_delivery(AccountId account, WebhookId webhook, TaskId task, WallTime at,
                               Done<webhook::Delivery> done) = 0;
  // Removes up to `limit` deliveries that are no longer pending and were made before then, oldest first; their number.
  virtual void forget_deliveries(WallTime made_before, std::size_t limit, Done<std::uint64_t> done) = 0;
};

}  // namespace darkroom::store
