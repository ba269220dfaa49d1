#include "store/sqlite/rows.h"

#include "base/json.h"
#include "task/codec.h"

namespace darkroom::store::sqlite {
namespace {

Result<std::vector<std::string>> parse_models(std::string_view text) {
  std::vector<std::string> models;
  const Result<json::value> tree = json::parse(text);
  if (!tree || !tree->is_array()) return fail(Code::store_failed, "the models of a stored key cannot be read");
  for (const json::value& model : tree->get_array()) {
    if (!model.is_string()) return fail(Code::store_failed, "the models of a stored key cannot be read");
    models.emplace_back(model.get_string());
  }
  return models;
}

}  // namespace

task::Task read_task_head(Query& query) {
  task::Task task;
  query.read(task.id);
  query.read(task.account);
  query.read(task.key);
  task.book = query.number<ledger::Book>();
  task.state = query.number<task::State>();
  task.created_at = query.time();
  task.due_at = query.time();
  task.ended_at = query.maybe_time();
  task.fence = query.number<std::uint32_t>();
  task.leased = query.flag();
  task.event_count = query.number<std::uint32_t>();
  task.hold = query.credits();
  task.captured = query.credits();
  if (query.is_null())
    query.skip();
  else
    task.failure = task::find_code(query.text());
  return task;
}

Result<task::Task> read_task(Query& query) {
  task::Task task = read_task_head(query);
  Result<task::Plan> plan = task::parse_plan(query.text());
  if (!plan) return fail(std::move(plan.error()));
  Result<task::Progress> progress = task::parse_progress(query.text());
  if (!progress) return fail(std::move(progress.error()));
  task.plan = std::move(*plan);
  task.progress = std::move(*progress);
  return task;
}

task::Event read_event(Query& query) {
  task::Event event;
  query.read(event.task);
  event.number = query.number<std::uint32_t>();
  event.at = query.time();
  event.type = query.text();
  event.data = query.text();
  return event;
}

ledger::Entry read_entry(Query& query) {
  ledger::Entry entry;
  entry.ref = query.bytes<16>();
  entry.kind = query.number<ledger::Kind>();
  entry.number = query.number<std::uint32_t>();
  query.read(entry.account);
  entry.book = query.number<ledger::Book>();
  entry.amount = query.credits();
  entry.at = query.time();
  return entry;
}

ledger::Usage read_usage(Query& query) {
  ledger::Usage usage;
  usage.tasks = query.integer();
  usage.completed = query.integer();
  usage.failed = query.integer();
  usage.cancelled = query.integer();
  usage.outputs = query.integer();
  usage.attempts = query.integer();
  usage.held = query.integer();
  usage.captured = query.integer();
  usage.refunded = query.integer();
  usage.cost = query.integer();
  return usage;
}

ledger::Balance read_balance(Query& query) {
  ledger::Balance balance;
  balance.granted = query.credits();
  balance.held = query.credits();
  balance.captured = query.credits();
  return balance;
}

account::Account read_account(Query& query) {
  account::Account account;
  query.read(account.id);
  account.name = query.text();
  account.created_at = query.time();
  return account;
}

Result<account::KeyRecord> read_key(Query& query) {
  account::KeyRecord key;
  query.read(key.id);
  query.read(key.account);
  key.account_name = query.text();
  key.book = query.number<ledger::Book>();
  key.hash = query.bytes<32>();
  key.last4 = query.text();
  key.name = query.text();
  Result<std::vector<std::string>> models = parse_models(query.text());
  if (!models) return fail(std::move(models.error()));
  key.models = std::move(*models);
  Result<account::KeyLimits> limits = account::parse_limits(query.text());
  if (!limits) return fail(std::move(limits.error()));
  key.limits = std::move(*limits);
  key.created_at = query.time();
  key.expires_at = query.maybe_time();
  key.revoked_at = query.maybe_time();
  key.last_used_at = query.maybe_time();
  key.is_console = query.flag();
  return key;
}

std::string print_models(const std::vector<std::string>& models) {
  std::string out = "[";
  for (const std::string& model : models) {
    if (out.size() > 1) out += ',';
    json::append_string(out, model);
  }
  return out += ']';
}

}  // namespace darkroom::store::sqlite
