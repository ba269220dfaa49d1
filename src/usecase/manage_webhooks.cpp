#include "usecase/manage_webhooks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "webhook/signature.h"

namespace darkroom::usecase {
namespace {

Error not_found() { return make_error(Code::webhook_not_found); }

// What the store says, in the customer's words.
Error public_words(Error error) {
  if (error.code == Code::not_found) return not_found();
  return error;
}

std::optional<WebhookId> parse_id(AccountId account, std::string_view text) {
  if (text == kDefaultWebhook) return webhook::default_endpoint_id(account);
  const std::optional<WebhookId> id = WebhookId::parse(text);
  // The default endpoint goes by its word only, so that what may be done with it is decided in one place.
  if (id && *id == webhook::default_endpoint_id(account)) return std::nullopt;
  return id;
}

Error only_rotates() {
  return make_error(Code::conflict,
                    "The default webhook has no URL and cannot be changed or removed; it can be rotated");
}

}  // namespace

Status check_callback_url(const net::UrlGuard& guard, std::string_view url, std::string_view field) {
  if (guard.check_callback(url)) return {};
  return fail(Code::invalid_parameter, fmt::format("{} must be a public https URL on port 80 or 443", field),
              std::string(field));
}

Result<webhook::EventSet> read_events(const std::vector<std::string>& names, std::string_view field) {
  webhook::EventSet events;
  bool known = true;
  for (const std::string& name : names) {
    const auto type = webhook::parse_event_type(name);
    known = known && type.has_value();
    if (type) events.add(*type);
  }
  if (known && !events.empty()) return events;
  return fail(Code::invalid_parameter,
              fmt::format("{} must be a list of one or more of {}", field, webhook::print_event_types()),
              std::string(field));
}

ManageWebhooks::ManageWebhooks(store::WebhookStore& store, const net::UrlGuard& guard, Clock& clock, Random& random)
    : store_(store), guard_(guard), clock_(clock), random_(random) {}

webhook::Endpoint ManageWebhooks::make_endpoint(AccountId account, std::string url) {
  webhook::Endpoint endpoint;
  endpoint.created_at = clock_.wall_now();
  endpoint.id = url.empty() ? webhook::default_endpoint_id(account) : WebhookId::make(endpoint.created_at, random_);
  endpoint.account = account;
  endpoint.url = std::move(url);
  endpoint.secret = webhook::make_secret(random_);
  return endpoint;
}

Async<Status> ManageWebhooks::store_new(Loop& loop, webhook::Endpoint endpoint) {
  co_return co_await await_on<Status>(
      loop, [&](Done<Status> done) { store_.create_webhook(std::move(endpoint), std::move(done)); });
}

Async<Result<webhook::Endpoint>> ManageWebhooks::store_change(Loop& loop, webhook::Change change) {
  using Changed = Result<webhook::Endpoint>;
  Changed changed = co_await await_on<Changed>(
      loop, [&](Done<Changed> done) { store_.change_webhook(std::move(change), std::move(done)); });
  if (!changed) co_return fail(public_words(std::move(changed.error())));
  co_return changed;
}

Async<Result<webhook::Endpoint>> ManageWebhooks::create(Loop& loop, AccountId account, NewWebhook wanted) {
  DR_CO_TRY(check_callback_url(guard_, wanted.url, "url"));
  webhook::Endpoint endpoint = make_endpoint(account, std::move(wanted.url));
  if (wanted.events) {
    const Result<webhook::EventSet> events = read_events(*wanted.events, "events");
    if (!events) co_return fail(events.error());
    endpoint.events = *events;
  }
  Status stored = co_await store_new(loop, endpoint);
  if (!stored && stored.error().code == Code::conflict) {
    co_return fail(Code::conflict, fmt::format("An account has at most {} webhooks", webhook::kMostEndpoints));
  }
  if (!stored) co_return fail(public_words(std::move(stored.error())));
  log::info("webhook_created", {{"endpoint", endpoint.id.text()}, {"account_id", account.text()}});
  co_return endpoint;
}

Async<Result<std::vector<webhook::Endpoint>>> ManageWebhooks::list(Loop& loop, AccountId account) {
  using Listed = Result<std::vector<webhook::Endpoint>>;
  Listed listed =
      co_await await_on<Listed>(loop, [&](Done<Listed> done) { store_.list_webhooks(account, std::move(done)); });
  if (listed) std::erase_if(*listed, [](const webhook::Endpoint& endpoint) { return endpoint.is_default(); });
  co_return listed;
}

Async<Result<webhook::Endpoint>> ManageWebhooks::get(Loop& loop, AccountId account, std::string id) {
  const std::optional<WebhookId> wanted = parse_id(account, id);
  if (!wanted) co_return fail(not_found());
  using Listed = Result<std::vector<webhook::Endpoint>>;
  Listed listed =
      co_await await_on<Listed>(loop, [&](Done<Listed> done) { store_.list_webhooks(account, std::move(done)); });
  if (!listed) co_return fail(std::move(listed.error()));
  const auto found = std::ranges::find(*listed, *wanted, &webhook::Endpoint::id);
  if (found == listed->end()) co_return fail(not_found());
  co_return std::move(*found);
}

Async<Result<webhook::Endpoint>> ManageWebhooks::change(Loop& loop, AccountId account, std::string id,
                                                        WebhookPatch patch) {
  if (id == kDefaultWebhook) co_return fail(only_rotates());
  const std::optional<WebhookId> wanted = parse_id(account, id);
  if (!wanted) co_return fail(not_found());
  webhook::Change change{account, *wanted};
  change.at = clock_.wall_now();
  if (patch.url) {
    DR_CO_TRY(check_callback_url(guard_, *patch.url, "url"));
    change.url = std::move(patch.url);
  }
  if (patch.events) {
    const Result<webhook::EventSet> events = read_events(*patch.events, "events");
    if (!events) co_return fail(events.error());
    change.events = *events;
  }
  change.enabled = patch.enabled;
  co_return co_await store_change(loop, std::move(change));
}

Async<Status> ManageWebhooks::remove(Loop& loop, AccountId account, std::string id) {
  if (id == kDefaultWebhook) co_return fail(only_rotates());
  const std::optional<WebhookId> wanted = parse_id(account, id);
  if (!wanted) co_return fail(not_found());
  Status removed = co_await await_on<Status>(
      loop, [&](Done<Status> done) { store_.remove_webhook(account, *wanted, std::move(done)); });
  if (!removed) co_return fail(public_words(std::move(removed.error())));
  log::info("webhook_removed", {{"endpoint", wanted->text()}, {"account_id", account.text()}});
  co_return Status{};
}

Async<Result<webhook::Endpoint>> ManageWebhooks::rotate(Loop& loop, AccountId account, std::string id,
                                                        seconds overlap) {
  const std::optional<WebhookId> wanted = parse_id(account, id);
  if (!wanted) co_return fail(not_found());
  if (overlap < seconds(0) || overlap > webhook::kLongestSecretOverlap) {
    co_return fail(Code::invalid_parameter,
                   fmt::format("overlap_seconds must be 0 to {}", webhook::kLongestSecretOverlap.count()),
                   "overlap_seconds");
  }
  if (id == kDefaultWebhook) {
    // Whoever comes second finds the first one's and rotates it.
    webhook::Endpoint first = make_endpoint(account, "");
    Status made = co_await store_new(loop, first);
    if (made) co_return first;
    if (made.error().code != Code::already_exists) co_return fail(std::move(made.error()));
  }
  webhook::Change change{account, *wanted};
  change.secret = webhook::make_secret(random_);
  change.overlap = overlap;
  change.at = clock_.wall_now();
  Result<webhook::Endpoint> rotated = co_await store_change(loop, std::move(change));
  if (rotated) log::info("webhook_rotated", {{"endpoint", wanted->text()}, {"account_id", account.text()}});
  co_return rotated;
}

Async<Result<DeliveryPage>> ManageWebhooks::list_deliveries(Loop& loop, AccountId account, std::string id,
                                                            std::optional<TaskId> before, std::size_t limit) {
  Result<webhook::Endpoint> endpoint = co_await get(loop, account, std::move(id));
  if (!endpoint) co_return fail(std::move(endpoint.error()));
  store::DeliveryFilter filter{account, endpoint->id, before, limit + 1};
  using Listed = Result<std::vector<webhook::Delivery>>;
  Listed listed =
      co_await await_on<Listed>(loop, [&](Done<Listed> done) { store_.list_deliveries(filter, std::move(done)); });
  if (!listed) co_return fail(public_words(std::move(listed.error())));
  DeliveryPage page;
  page.url = std::move(endpoint->url);
  page.has_more = listed->size() > limit;
  if (page.has_more) listed->pop_back();
  page.deliveries = std::move(*listed);
  co_return page;
}

Async<Result<webhook::Delivery>> ManageWebhooks::resend(Loop& loop, AccountId account, std::string id, TaskId task) {
  const std::optional<WebhookId> wanted = parse_id(account, id);
  if (!wanted) co_return fail(not_found());
  const WallTime now = clock_.wall_now();
  using Sent = Result<webhook::Delivery>;
  Sent sent = co_await await_on<Sent>(
      loop, [&](Done<Sent> done) { store_.resend_delivery(account, *wanted, task, now, std::move(done)); });
  if (!sent && sent.error().code == Code::conflict) {
    co_return fail(Code::conflict, "The webhook is disabled; enable it first");
  }
  if (!sent) co_return fail(public_words(std::move(sent.error())));
  if (on_due) on_due();
  co_return sent;
}

Async<Status> ManageWebhooks::ensure_default(Loop& loop, CallerRef caller) {
  if (caller->state->has_default_webhook.load(std::memory_order_relaxed)) co_return Status{};
  Status made = co_await store_new(loop, make_endpoint(caller->account, ""));
  if (!made && made.error().code != Code::already_exists) co_return made;
  caller->state->has_default_webhook.store(true, std::memory_order_relaxed);
  co_return Status{};
}

}  // namespace darkroom::usecase
