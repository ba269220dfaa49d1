#include "tests/support/store_rows.h"

#include <fmt/format.h>

#include "base/check.h"
#include "webhook/signature.h"

namespace darkroom::test {
namespace {

task::Event next_event(const task::Task& task, WallTime at, std::string type) {
  return {task.id, task.event_count, at, std::move(type), R"({"upstream":"stand-in"})"};
}

}  // namespace

store::NewAccount StoreRows::account(const std::string& name, std::int64_t test_grant) {
  const WallTime now = next_time();
  return {
      {AccountId::make(now, random_), name, now}, MicroCredits::from_count(test_grant), GrantId::make(now, random_)};
}

account::KeyRecord StoreRows::key(AccountId account, ledger::Book book) {
  account::KeyRecord key;
  key.created_at = next_time();
  key.id = KeyId::make(key.created_at, random_);
  key.account = account;
  key.book = book;
  random_.fill(key.hash);
  key.last4 = "wxyz";
  key.name = "a key";
  key.models = {"nano-banana", "other \"model\""};
  key.expires_at = key.created_at + std::chrono::days(30);
  return key;
}

ledger::Entry StoreRows::grant(AccountId account, std::int64_t amount, ledger::Book book) {
  const WallTime now = next_time();
  return {make_uuid_v7(now, random_), ledger::Kind::grant, 0, account, book, MicroCredits::from_count(amount), now};
}

store::NewTask StoreRows::task(AccountId account, std::int64_t unit_price, std::uint32_t count, ledger::Book book) {
  const WallTime now = next_time();
  store::NewTask made;
  task::Task& task = made.task;
  task.id = TaskId::make(now, random_);
  task.account = account;
  task.key = KeyId{account.bytes};
  task.book = book;
  task.created_at = now;
  task.due_at = now;
  task.event_count = 1;
  task.hold = MicroCredits::from_count(unit_price * count);
  task.plan.model = "nano-banana";
  task.plan.kind = "image";
  task.plan.routes = {{"first", "wire-model-1", false, MicroCredits::from_count(39'000)},
                      {"second", "wire-model-2", true, {}}};
  task.plan.prompt = "A lighthouse on a cliff at dusk, waves below, in the style of an old photograph with soft grain";
  task.plan.parameters = {{"aspect_ratio", "16:9"}, {"resolution", "1k"}, {"output_format", "png"}};
  task.plan.count = count;
  task.plan.unit_price = MicroCredits::from_count(unit_price);
  task.progress.calls.resize(count);
  return made;
}

webhook::Endpoint StoreRows::endpoint(AccountId account, const std::string& url) {
  webhook::Endpoint endpoint;
  endpoint.created_at = next_time();
  endpoint.id = url.empty() ? webhook::default_endpoint_id(account) : WebhookId::make(endpoint.created_at, random_);
  endpoint.account = account;
  endpoint.url = url;
  endpoint.secret = webhook::make_secret(random_);
  return endpoint;
}

store::TaskUpdate StoreRows::step(const task::Task& claimed, bool keeps_lease) {
  const WallTime now = next_time();
  store::TaskUpdate update{claimed, {next_event(claimed, now, "attempt")}, {}};
  task::Task& task = update.task;
  ++task.event_count;
  task.state = task::State::running;
  task.leased = keeps_lease;
  task.due_at = now + seconds(5);
  task.progress.references_ready = true;
  for (task::Call& call : task.progress.calls) {
    ++call.attempts;
    call.state = task::CallState::in_flight;
  }
  return update;
}

store::TaskUpdate StoreRows::end(const task::Task& claimed, std::uint32_t delivered) {
  const WallTime now = next_time();
  store::TaskUpdate update{claimed, {next_event(claimed, now, delivered > 0 ? "completed" : "failed")}, {}};
  task::Task& task = update.task;
  ++task.event_count;
  task.state = delivered > 0 ? task::State::completed : task::State::failed;
  task.ended_at = now;
  task.leased = false;
  if (delivered == 0) task.failure = Code::provider_failed;
  for (std::uint32_t i = 0; i < task.progress.calls.size(); ++i) {
    task::Call& call = task.progress.calls[i];
    call.state = i < delivered ? task::CallState::delivered : task::CallState::failed;
    if (i < delivered) {
      task::Output& output = call.outputs.emplace_back();
      output.blob = fmt::format("tasks/{}/{}.png", task.id.hex(), i);
      output.mime = "image/png";
      output.size_bytes = 1234;
      output.sha256_hex = "00ff";
      output.width_pixels = 640;
      output.height_pixels = 480;
    }
  }
  const auto captured = task.plan.unit_price.times(delivered);
  DR_CHECK(captured.has_value());
  task.captured = *captured;
  const auto post = [&](ledger::Kind kind, MicroCredits amount) {
    if (amount.count() > 0) update.entries.push_back({task.id.bytes, kind, 0, task.account, task.book, amount, now});
  };
  post(ledger::Kind::capture, task.captured);
  post(ledger::Kind::release, *task.hold.minus(task.captured));
  const auto type = delivered > 0 ? webhook::EventType::task_completed : webhook::EventType::task_failed;
  update.message = webhook::make_message(type, now, fmt::format(R"({{"id":"{}"}})", task.id.text()));
  return update;
}

}  // namespace darkroom::test
