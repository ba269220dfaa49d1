#include "api/console/task_rows.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "api/nullable.h"
#include "api/tasks.h"
#include "base/time_text.h"
#include "usecase/manage_webhooks.h"
#include "usecase/read_task.h"
#include "webhook/endpoint.h"

namespace darkroom::api::console {
namespace {

constexpr double kMillisecondsPerSecond = 1000;
constexpr std::string_view kUploaded = "(a file that came with the request)";

double to_seconds(milliseconds time) { return static_cast<double>(time.count()) / kMillisecondsPerSecond; }

// Its first code points; stored texts are UTF-8.
std::string_view first_code_points(std::string_view text, std::size_t most) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins_one = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (begins_one && ++seen > most) return text.substr(0, i);
  }
  return text;
}

json::object print_key(const ConsoleServices& services, KeyId id) {
  const usecase::CallerRef key = services.api.keys.find(id);
  json::object shown = {{"id", id.text()}};
  shown["name"] = key ? key->key_name : "";
  shown["last4"] = key ? key->last4 : "";
  return shown;
}

json::object print_account_of(const ConsoleServices& services, const task::Task& task) {
  const usecase::CallerRef key = services.api.keys.find(task.key);
  return {{"id", task.account.text()}, {"name", key ? key->account_name : std::string()}};
}

json::value print_failure(const ConsoleServices& services, const task::Task& task) {
  if (task.state != task::State::failed && task.state != task::State::cancelled) return nullptr;
  const Error failure = usecase::public_failure(task);
  const CodeInfo& code = info(failure.code);
  return json::object{{"code", code.public_number},
                      {"name", code.name},
                      {"message", failure.message},
                      {"doc_url", doc_url(services.public_url, code.public_number)}};
}

json::array print_outputs(const ConsoleServices& services, const task::Task& task) {
  const auto results = task::outputs_of(task, task::OutputRole::result);
  const auto posters = task::outputs_of(task, task::OutputRole::poster);
  const auto link = [&](const task::Output& output) {
    return fmt::format("{}/media/{}", services.public_url, output.blob);
  };
  json::array shown;
  for (std::size_t i = 0; i < results.size(); ++i) {
    json::object output = {{"url", link(*results[i])},
                           {"type", results[i]->mime},
                           {"thumbnail_url", fmt::format("{}/thumbnails/{}", path_of(task), i)}};
    if (posters.size() == results.size()) output["poster_url"] = link(*posters[i]);
    shown.push_back(std::move(output));
  }
  return shown;
}

// "image_urls[1]" is an entry of a list, "mask_url" a member.
void put_reference(json::object& request, const task::ReferenceSource& source) {
  const std::string link = source.upload.empty() ? source.url : std::string(kUploaded);
  const std::size_t bracket = source.field.find('[');
  if (bracket == std::string::npos) {
    request[source.field] = link;
    return;
  }
  json::value& list = request[source.field.substr(0, bracket)];
  if (!list.is_array()) list = json::array();
  list.get_array().emplace_back(link);
}

json::object print_attempt(const task::PastAttempt& attempt, bool for_operator) {
  json::object shown = {{"number", attempt.number},
                        {"started_at", print_rfc3339(attempt.started_at)},
                        {"outcome", task::print(attempt.outcome)}};
  shown["upstream"] = for_operator ? text_or_null(attempt.upstream) : json::value(nullptr);
  shown["message"] = for_operator ? text_or_null(attempt.detail) : json::value(nullptr);
  shown["accepted_at"] = time_or_null(attempt.accepted_at);
  shown["saving_at"] = time_or_null(attempt.saving_at);
  shown["ended_at"] = time_or_null(attempt.ended_at);
  shown["upstream_status"] = attempt.upstream_status == 0 ? json::value(nullptr) : json::value(attempt.upstream_status);
  shown["error"] = attempt.error ? json::value(info(*attempt.error).name) : json::value(nullptr);
  shown["wait_until"] = time_or_null(attempt.wait_until);
  return shown;
}

std::string_view status_of(webhook::DeliveryState state) {
  if (state == webhook::DeliveryState::pending) return "pending";
  return state == webhook::DeliveryState::delivered ? "delivered" : "failed";
}

}  // namespace

std::string path_of(const task::Task& task) {
  return fmt::format("/api/console/accounts/{}/tasks/{}", task.account.text(), task.id.text());
}

std::string doc_url(std::string_view public_url, int public_number) {
  return fmt::format("{}/docs/errors#e{}", public_url, public_number);
}

json::object print_row(const ConsoleServices& services, const task::Task& task) {
  json::object row = {{"id", task.id.text()},
                      {"account", print_account_of(services, task)},
                      {"key", print_key(services, task.key)},
                      {"book", ledger::print(task.book)},
                      {"model", task.plan.model},
                      {"kind", task.plan.kind},
                      {"status", task::public_status(task.state)},
                      {"state", task::print(task.state)},
                      {"created_at", print_rfc3339(task.created_at)},
                      {"prompt", first_code_points(task.plan.prompt, kPromptShown)},
                      {"hold_microcredits", task.hold.count()},
                      {"captured_microcredits", task.captured.count()},
                      {"outputs", print_outputs(services, task)}};
  row["ended_at"] = time_or_null(task.ended_at);
  row["seconds"] = task.ended_at ? json::value(to_seconds(*task.ended_at - task.created_at)) : json::value(nullptr);
  row["error"] = print_failure(services, task);
  const bool has_media = task.state == task::State::completed;
  row["expires_at"] = has_media ? json::value(print_rfc3339(*task.ended_at + services.api.limits.media_retention))
                                : json::value(nullptr);
  return row;
}

json::object print_request(const task::Task& task) {
  const task::Plan& plan = task.plan;
  json::object request = {{"model", plan.model}};
  if (!plan.prompt.empty()) request["prompt"] = plan.prompt;
  for (const auto& [name, value] : plan.parameters) request[name] = value;
  for (const task::ReferenceSource& source : plan.reference_sources) put_reference(request, source);
  // Signed, as a submit's numbers are read, for whoever submits it again.
  if (const std::int64_t outputs = plan.count * plan.outputs_per_call; outputs > 1) request["n"] = outputs;
  if (plan.callback_url.empty()) return request;
  request["callback_url"] = plan.callback_url;
  if (!plan.callback_events.empty()) {
    json::array& events = request["callback_events"].emplace_array();
    for (const std::string& event : plan.callback_events) events.emplace_back(event);
  }
  return request;
}

json::object print_event(const task::Event& event, bool for_operator) {
  json::object shown = {{"number", event.number}, {"at", print_rfc3339(event.at)}, {"type", event.type}};
  json::object data;
  if (for_operator) {
    if (Result<json::object> whole = json::parse_object(event.data)) data = std::move(*whole);
  } else {
    data = public_event(event);
    for (const auto& [name, value] : shown) data.erase(name);
  }
  shown["data"] = std::move(data);
  return shown;
}

json::array print_calls(const std::vector<task::PastCall>& calls, bool for_operator) {
  json::array shown;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    json::array attempts;
    for (const task::PastAttempt& attempt : calls[i].attempts) attempts.push_back(print_attempt(attempt, for_operator));
    shown.push_back(json::object{{"index", i}, {"attempts", std::move(attempts)}});
  }
  return shown;
}

std::int64_t effect_of(const ledger::Entry& entry) {
  switch (entry.kind) {
    case ledger::Kind::grant:
    case ledger::Kind::release: return entry.amount.count();
    case ledger::Kind::hold: return -entry.amount.count();
    case ledger::Kind::capture:
    case ledger::Kind::upstream_loss: return 0;
  }
  std::unreachable();
}

json::object print_entry(const ledger::Entry& entry) {
  const bool is_grant = entry.kind == ledger::Kind::grant;
  json::object shown = {{"id", fmt::format("{}.{}.{}", to_hex(entry.ref), ledger::print(entry.kind), entry.number)},
                        {"at", print_rfc3339(entry.at)},
                        {"type", ledger::print(entry.kind)},
                        {"amount_microcredits", effect_of(entry)},
                        {"moved_microcredits", entry.amount.count()},
                        {"book", ledger::print(entry.book)}};
  shown["task_id"] = is_grant ? json::value(nullptr) : json::value(TaskId{entry.ref}.text());
  shown["note"] = nullptr;
  return shown;
}

std::string delivery_id(const webhook::Delivery& delivery) {
  return fmt::format("{}.{}", webhook::print_message_id(delivery.task), delivery.webhook.text());
}

std::optional<DeliveryName> parse_delivery_id(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto task = webhook::parse_message_id(text.substr(0, dot));
  const auto endpoint = WebhookId::parse(text.substr(dot + 1));
  if (!task || !endpoint) return std::nullopt;
  return DeliveryName{*task, *endpoint};
}

std::string webhook_name(AccountId account, WebhookId id) {
  return id == webhook::default_endpoint_id(account) ? std::string(usecase::kDefaultWebhook) : id.text();
}

json::object print_delivery(const webhook::Delivery& delivery, std::string_view endpoint_url) {
  json::object shown = {{"id", delivery_id(delivery)},
                        {"webhook_id", webhook_name(delivery.account, delivery.webhook)},
                        {"url", delivery.callback_url.empty() ? endpoint_url : std::string_view(delivery.callback_url)},
                        {"task_id", delivery.task.text()},
                        {"event", webhook::print(delivery.message.type)},
                        {"status", status_of(delivery.state)},
                        {"created_at", print_rfc3339(delivery.created_at)}};
  shown["next_attempt_at"] = time_or_null(delivery.due_at);
  json::array& attempts = shown["attempts"].emplace_array();
  for (const webhook::Attempt& attempt : delivery.attempts) {
    json::object row = {{"at", print_rfc3339(attempt.at)}, {"seconds", to_seconds(milliseconds(attempt.took_ms))}};
    row["status"] = attempt.status == 0 ? json::value(nullptr) : json::value(attempt.status);
    row["error"] = text_or_null(attempt.problem);
    row["response"] = text_or_null(attempt.body);
    attempts.push_back(std::move(row));
  }
  return shown;
}

}  // namespace darkroom::api::console
