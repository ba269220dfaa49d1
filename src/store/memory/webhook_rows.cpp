#include "store/memory/webhook_rows.h"

#include <algorithm>
#include <iterator>

#include "store/outbox.h"

namespace darkroom::store {
namespace {

// Of one lane, the longest due first.
void add_due(const std::vector<const webhook::Delivery*>& pending, const webhook::Endpoint& endpoint,
             const DueFilter& filter, DuePage& page) {
  std::size_t taken = 0;
  for (const webhook::Delivery* delivery : pending) {
    if (taken++ == filter.of_each) return;
    if (*delivery->due_at > filter.now) {
      page.next_due = std::min(page.next_due.value_or(*delivery->due_at), *delivery->due_at);
      return;
    }
    page.deliveries.push_back({*delivery, endpoint});
  }
}

}  // namespace

webhook::Endpoint* WebhookRows::find(AccountId account, WebhookId id) {
  const auto place = endpoints_.find(id);
  return place == endpoints_.end() || place->second.account != account ? nullptr : &place->second;
}

const webhook::Endpoint* WebhookRows::find(AccountId account, WebhookId id) const {
  const auto place = endpoints_.find(id);
  return place == endpoints_.end() || place->second.account != account ? nullptr : &place->second;
}

Status WebhookRows::create(const webhook::Endpoint& endpoint) {
  if (endpoints_.contains(endpoint.id)) return fail(Code::already_exists);
  const auto others = std::ranges::count_if(list(endpoint.account), [](const auto& one) { return !one.is_default(); });
  if (!endpoint.is_default() && static_cast<std::size_t>(others) >= webhook::kMostEndpoints) {
    return fail(Code::conflict);
  }
  endpoints_.emplace(endpoint.id, endpoint);
  return {};
}

Result<webhook::Endpoint> WebhookRows::change(const webhook::Change& change) {
  webhook::Endpoint* endpoint = find(change.account, change.id);
  if (endpoint == nullptr) return fail(Code::not_found);
  webhook::apply(*endpoint, change);
  if (endpoint->disabled_at) drop_pending(endpoint->id);
  return *endpoint;
}

Status WebhookRows::remove(AccountId account, WebhookId id) {
  if (find(account, id) == nullptr) return fail(Code::not_found);
  drop_pending(id);
  endpoints_.erase(id);
  return {};
}

std::vector<webhook::Endpoint> WebhookRows::list(AccountId account) const {
  std::vector<webhook::Endpoint> found;
  for (const auto& [id, endpoint] : endpoints_) {
    if (endpoint.account == account) found.push_back(endpoint);
  }
  return found;
}

void WebhookRows::drop_pending(WebhookId id) {
  endpoints_.at(id).pending = 0;
  for (auto& [task, delivery] : deliveries_[id]) webhook::drop(delivery);
}

void WebhookRows::deliver(const TaskUpdate& update) {
  std::vector<webhook::Endpoint> endpoints = list(update.task.account);
  std::size_t pending_in_lane = 0;
  if (const std::optional<webhook::Lane> lane = find_crowded_lane(endpoints, update)) {
    pending_in_lane = list_pending(lane->webhook)[lane->number].size();
  }
  for (webhook::Delivery& delivery : make_deliveries(endpoints, update, static_cast<std::uint32_t>(pending_in_lane))) {
    in_order_.emplace_back(delivery.webhook, delivery.task);
    deliveries_[delivery.webhook].emplace(delivery.task, std::move(delivery));
  }
  for (webhook::Endpoint& endpoint : endpoints) endpoints_.insert_or_assign(endpoint.id, std::move(endpoint));
}

std::map<std::int64_t, std::vector<const webhook::Delivery*>> WebhookRows::list_pending(WebhookId id) const {
  std::map<std::int64_t, std::vector<const webhook::Delivery*>> lanes;
  const auto rows = deliveries_.find(id);
  if (rows == deliveries_.end()) return lanes;
  for (const auto& [task, delivery] : rows->second) {
    if (delivery.due_at) lanes[delivery.lane].push_back(&delivery);
  }
  for (auto& [number, pending] : lanes) {
    std::ranges::stable_sort(pending, {}, [](const webhook::Delivery* one) { return *one->due_at; });
  }
  return lanes;
}

DuePage WebhookRows::list_due(const DueFilter& filter) const {
  DuePage page;
  std::size_t looked_at = 0;
  const webhook::Lane after = filter.after.value_or(webhook::Lane{});
  for (auto place = endpoints_.lower_bound(after.webhook); place != endpoints_.end(); ++place) {
    for (const auto& [number, pending] : list_pending(place->first)) {
      const webhook::Lane lane{place->first, number};
      if (lane <= after) continue;
      if (++looked_at > filter.lanes) return page;
      page.last = lane;
      add_due(pending, place->second, filter, page);
    }
  }
  page.last.reset();
  return page;
}

Result<webhook::Endpoint> WebhookRows::record(const AttemptRecord& record) {
  const auto endpoint = endpoints_.find(record.webhook);
  const auto rows = deliveries_.find(record.webhook);
  if (endpoint == endpoints_.end() || rows == deliveries_.end()) return fail(Code::stale_fence);
  const auto delivery = rows->second.find(record.task);
  if (delivery == rows->second.end() || delivery->second.attempt_count != record.number) return fail(Code::stale_fence);
  if (apply(endpoint->second, delivery->second, record)) drop_pending(record.webhook);
  return endpoint->second;
}

Result<std::vector<webhook::Delivery>> WebhookRows::list_deliveries(const DeliveryFilter& filter) const {
  if (find(filter.account, filter.webhook) == nullptr) return fail(Code::not_found);
  std::vector<webhook::Delivery> found;
  const auto rows = deliveries_.find(filter.webhook);
  if (rows == deliveries_.end()) return found;
  const std::size_t limit = std::min(filter.limit, kMaxPage);
  auto place = filter.before ? rows->second.lower_bound(*filter.before) : rows->second.end();
  while (place != rows->second.begin() && found.size() < limit) found.push_back((--place)->second);
  return found;
}

std::vector<webhook::Delivery> WebhookRows::list_of_task(AccountId account, TaskId task) const {
  std::vector<webhook::Delivery> found;
  for (const webhook::Endpoint& endpoint : list(account)) {
    const auto rows = deliveries_.find(endpoint.id);
    if (rows == deliveries_.end()) continue;
    if (const auto place = rows->second.find(task); place != rows->second.end()) found.push_back(place->second);
  }
  return found;
}

Result<webhook::Delivery> WebhookRows::resend(AccountId account, WebhookId webhook, TaskId task, WallTime at) {
  webhook::Endpoint* endpoint = find(account, webhook);
  if (endpoint == nullptr) return fail(Code::not_found);
  const auto delivery = deliveries_[webhook].find(task);
  if (delivery == deliveries_[webhook].end()) return fail(Code::not_found);
  if (endpoint->disabled_at) return fail(Code::conflict);
  if (!delivery->second.due_at) ++endpoint->pending;
  webhook::send_again(delivery->second, at);
  return delivery->second;
}

std::uint64_t WebhookRows::forget(WallTime made_before, std::size_t limit) {
  const auto end = in_order_.begin() + static_cast<std::ptrdiff_t>(std::min(limit, in_order_.size()));
  const auto is_old = [&](const std::pair<WebhookId, TaskId>& row) {
    Deliveries& deliveries = deliveries_.at(row.first);
    const auto place = deliveries.find(row.second);
    if (place->second.due_at || place->second.created_at >= made_before) return false;
    deliveries.erase(place);
    return true;
  };
  const auto kept = std::remove_if(in_order_.begin(), end, is_old);
  const auto count = std::distance(kept, end);
  in_order_.erase(kept, end);
  return static_cast<std::uint64_t>(count);
}

}  // namespace darkroom::store
