// ManageWebhooks: what a customer does with webhook endpoints: make, list, change, remove, new secrets, and a look at
// what was delivered. The word "default" stands for the account's default endpoint, which signs the callback_url of
// tasks and has no URL of its own.
// Threads: any loop. Fails with missing_parameter, invalid_parameter (field named), webhook_not_found, conflict or what
// the store says.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "net/url_guard.h"
#include "runtime/async.h"
#include "store/webhook_store.h"
#include "usecase/caller.h"

namespace darkroom::usecase {

inline constexpr std::string_view kDefaultWebhook = "default";
inline constexpr std::size_t kMostDeliveriesShown = 100;  // on one page

struct NewWebhook {
  std::string url;
  std::optional<std::vector<std::string>> events;  // absent: all
};
struct WebhookPatch {
  std::optional<std::string> url;
  std::optional<std::vector<std::string>> events;
  std::optional<bool> enabled;
};
struct DeliveryPage {
  std::vector<webhook::Delivery> deliveries;
  std::string url;  // of the endpoint; a delivery may have its own
  bool has_more = false;
};

class ManageWebhooks {
 public:
  ManageWebhooks(store::WebhookStore& store, const net::UrlGuard& guard, Clock& clock, Random& random);

  Async<Result<webhook::Endpoint>> create(Loop& loop, AccountId account, NewWebhook wanted);
  // Without the default one, oldest first.
  Async<Result<std::vector<webhook::Endpoint>>> list(Loop& loop, AccountId account);
  Async<Result<webhook::Endpoint>> get(Loop& loop, AccountId account, std::string id);
  Async<Result<webhook::Endpoint>> change(Loop& loop, AccountId account, std::string id, WebhookPatch patch);
  Async<Status> remove(Loop& loop, AccountId account, std::string id);
  // A new secret; the one so far signs beside it for `overlap`. Makes the default endpoint if it is not there yet.
  Async<Result<webhook::Endpoint>> rotate(Loop& loop, AccountId account, std::string id, seconds overlap);
  // Newest first; `before`: only of older tasks.
  Async<Result<DeliveryPage>> list_deliveries(Loop& loop, AccountId account, std::string id,
                                              std::optional<TaskId> before, std::size_t limit);
  Async<Result<webhook::Delivery>> resend(Loop& loop, AccountId account, std::string id, TaskId task);

  // Before a task with a callback is accepted: there must be a secret to sign it with. Asks the store once for each
  // account of this process.
  Async<Status> ensure_default(Loop& loop, CallerRef caller);

  // Called when something may be due at once. Set by the app.
  std::function<void()> on_due;

 private:
  webhook::Endpoint make_endpoint(AccountId account, std::string url);
  Async<Status> store_new(Loop& loop, webhook::Endpoint endpoint);
  Async<Result<webhook::Endpoint>> store_change(Loop& loop, webhook::Change change);

  store::WebhookStore& store_;
  const net::UrlGuard& guard_;
  Clock& clock_;
  Random& random_;
};

// "must be a public https URL on port 80 or 443" with the field named, unless it may be contacted as far as its text
// tells.
Status check_callback_url(const net::UrlGuard& guard, std::string_view url, std::string_view field);
// At least one known name; each is named in the refusal.
Result<webhook::EventSet> read_events(const std::vector<std::string>& names, std::string_view field);

}  // namespace darkroom::usecase
