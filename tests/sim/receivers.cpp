// The world's receivers of webhooks: who listens, what they answer, and what must be true of what they get.
#include <fmt/format.h>

#include <algorithm>

#include "tests/sim/world.h"
#include "webhook/signature.h"

namespace darkroom::sim {

webhook::Message World::make_message(const task::Task& task) {
  auto type = webhook::EventType::task_cancelled;
  if (task.state == task::State::completed) type = webhook::EventType::task_completed;
  if (task.state == task::State::failed) type = webhook::EventType::task_failed;
  return webhook::make_message(type, *task.ended_at, fmt::format(R"({{"id":"{}"}})", task.id.text()));
}

void World::make_endpoint(AccountId account, std::string url) {
  webhook::Endpoint endpoint;
  endpoint.id = url.empty() ? webhook::default_endpoint_id(account) : WebhookId::make(clock_.wall_now(), random_);
  endpoint.account = account;
  endpoint.secret = webhook::make_secret(random_);
  endpoint.url = url;
  if (!data_->create_webhook(endpoint)) broken("an endpoint was refused");
  if (!url.empty()) endpoints_[account] = std::move(url);
}

void World::check_message(const engine::WebhookOrder& order) {
  const auto id = webhook::parse_message_id(order.message_id);
  const auto task = id ? data_->find_task(*id) : std::nullopt;
  if (!task || !task::is_ended(task->state)) return broken("INV-41: a message left before the end was committed");
  if (order.body != make_message(*task).body) broken("a message says something else than the store");
  Receipt& receipt = receipts_[{order.url, order.message_id}];
  if (!receipt.body.empty() && receipt.body != order.body) broken("INV-39: a message came with other bytes");
  receipt.body = order.body;
}

Async<std::optional<webhook::Answer>> World::send(engine::WebhookOrder order) {
  check_message(order);
  const auto time = milliseconds(random_.below(chance(0.05) ? 15'000 : 500));
  co_await sleep(time);
  const double dice = faults_ ? random_.unit() : 1.0;
  webhook::Answer answer;
  if (dice >= 0.2) receipts_[{order.url, order.message_id}].accepted = true;
  if (dice >= 0.3) answer.status = 200;  // between the two the answer is lost
  if (dice < 0.1) answer.status = 503;
  if (dice < 0.05) answer.retry_after = seconds(random_.below(100));
  co_return answer;
}

void World::check_deliveries(const task::Task& task) {
  const std::string id = webhook::print_message_id(task.id);
  std::set<std::string> wanted;
  if (!task.plan.callback_url.empty()) wanted.insert(task.plan.callback_url);
  if (const auto own = endpoints_.find(task.account); own != endpoints_.end()) wanted.insert(own->second);
  for (const std::string& url : wanted) {
    if (!receipts_[{url, id}].accepted) broken("INV-38: " + id + " never arrived at " + url);
  }
  for (const auto& [place, receipt] : receipts_) {
    if (place.second == id && !wanted.contains(place.first)) broken("a message went where nobody asked for it");
  }
}

bool World::is_all_delivered() const {
  return std::ranges::all_of(accounts_, [&](AccountId account) {
    return std::ranges::all_of(data_->webhooks.list(account),
                               [](const auto& endpoint) { return endpoint.pending == 0; });
  });
}

}  // namespace darkroom::sim
