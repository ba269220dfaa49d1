// Tasks, their money and their deliveries as the console's pages read them. What only operators may know (upstreams,
// vendors' words, the operator's own losses) is printed for nobody else. Threads: pure but for a look at the ring of
// keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/console/visit.h"
#include "ledger/entry.h"
#include "task/history.h"
#include "task/task.h"
#include "webhook/delivery.h"

namespace darkroom::api::console {

inline constexpr std::size_t kPromptShown = 200;  // code points of a list's row

// Where the account's task lies in this API: "/api/console/accounts/acct_…/tasks/task_…".
std::string path_of(const task::Task& task);
// Of that public number, on the documentation site.
std::string doc_url(std::string_view public_url, int public_number);

json::object print_row(const ConsoleServices& services, const task::Task& task);
// The submit that made it: its own names and values, defaults filled in; nothing that is not the customer's.
json::object print_request(const task::Task& task);
json::object print_event(const task::Event& event, bool for_operator);
json::array print_calls(const std::vector<task::PastCall>& calls, bool for_operator);

// What the entry does to the balance that is available; a capture's money has left it with the hold.
std::int64_t effect_of(const ledger::Entry& entry);
json::object print_entry(const ledger::Entry& entry);

// "msg_…" of its task, a dot, and "wh_…" of its endpoint: unique, and all that a resend needs.
std::string delivery_id(const webhook::Delivery& delivery);
struct DeliveryName {
  TaskId task;
  WebhookId webhook;
};
// As paths and pages call the account's endpoint: "wh_…", or "default".
std::string webhook_name(AccountId account, WebhookId id);
std::optional<DeliveryName> parse_delivery_id(std::string_view text);
json::object print_delivery(const webhook::Delivery& delivery, std::string_view endpoint_url);

}  // namespace darkroom::api::console
