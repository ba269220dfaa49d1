#include "store/outbox.h"

#include <algorithm>

namespace darkroom::store {
namespace {

bool wants(const task::Plan& plan, webhook::EventType type) {
  return !plan.callback_url.empty() &&
         (plan.callback_events.empty() || std::ranges::count(plan.callback_events, webhook::print(type)) > 0);
}

}  // namespace

std::optional<webhook::Lane> find_crowded_lane(const std::vector<webhook::Endpoint>& endpoints,
                                               const TaskUpdate& update) {
  const std::string& url = update.task.plan.callback_url;
  const auto shared = std::ranges::find_if(endpoints, &webhook::Endpoint::is_default);
  if (url.empty() || shared == endpoints.end() || shared->pending < webhook::kMostPending) return std::nullopt;
  return webhook::Lane{shared->id, webhook::lane_of_callback(url)};
}

std::vector<webhook::Delivery> make_deliveries(std::vector<webhook::Endpoint>& endpoints, const TaskUpdate& update,
                                               std::uint32_t pending_in_lane) {
  const webhook::Message& message = *update.message;
  const task::Task& task = update.task;
  std::vector<webhook::Delivery> deliveries;
  for (webhook::Endpoint& endpoint : endpoints) {
    const bool listens = endpoint.is_default() ? wants(task.plan, message.type)
                                               : !endpoint.disabled_at && endpoint.events.contains(message.type);
    if (!listens) continue;
    std::string url = endpoint.is_default() ? task.plan.callback_url : std::string();
    const std::uint32_t ahead = endpoint.is_default() ? pending_in_lane : endpoint.pending;
    deliveries.push_back(webhook::make_delivery(endpoint, task.id, std::move(url), message, *task.ended_at, ahead));
    if (deliveries.back().due_at) ++endpoint.pending;
  }
  return deliveries;
}

bool apply(webhook::Endpoint& endpoint, webhook::Delivery& delivery, const AttemptRecord& record) {
  const bool was_pending = delivery.due_at.has_value();
  const bool was_disabled = endpoint.disabled_at.has_value();
  webhook::add_attempt(delivery, record.attempt, record.verdict);
  webhook::note_answer(endpoint, record.attempt.status, record.attempt.at);
  const bool is_disabled_now = endpoint.disabled_at && !was_disabled;
  if (endpoint.disabled_at) webhook::drop(delivery);
  if (is_disabled_now) {
    endpoint.pending = 0;
  } else if (was_pending && !delivery.due_at) {
    --endpoint.pending;
  } else if (!was_pending && delivery.due_at) {
    ++endpoint.pending;
  }
  return is_disabled_now;
}

}  // namespace darkroom::store
