#include "api/admin.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "api/account.h"
#include "api/error_map.h"
#include "api/key_limits.h"
#include "api/members.h"
#include "api/nullable.h"
#include "base/time_text.h"
#include "task/codec.h"

namespace darkroom::api {
namespace {

constexpr std::size_t kDefaultTasks = 20;

ledger::Book book_of(bool test) { return test ? ledger::Book::test : ledger::Book::live; }

json::object print_key(const account::KeyRecord& key) {
  json::object shown = {{"id", key.id.text()},         {"name", key.name},
                        {"account", key.account_name}, {"book", ledger::print(key.book)},
                        {"last4", key.last4},          {"created_at", print_rfc3339(key.created_at)}};
  shown["expires_at"] = time_or_null(key.expires_at);
  shown["revoked_at"] = time_or_null(key.revoked_at);
  shown["last_used_at"] = time_or_null(key.last_used_at);
  shown["models"] = json::array(key.models.begin(), key.models.end());
  shown["limits"] = show_limits(key.limits);
  return shown;
}

json::object print_balances(const usecase::Balances& balances) {
  json::object shown = {{"account", balances.account}};
  shown["live"] = print_balance(balances.live);
  shown["test"] = print_balance(balances.test);
  return shown;
}

json::object print_task_row(const task::Task& task) {
  json::object shown = {{"id", task.id.text()},
                        {"account_id", task.account.text()},
                        {"key_id", task.key.text()},
                        {"book", ledger::print(task.book)},
                        {"model", task.plan.model},
                        {"state", task::print(task.state)},
                        {"status", task::public_status(task.state)},
                        {"created_at", print_rfc3339(task.created_at)}};
  shown["ended_at"] = time_or_null(task.ended_at);
  shown["hold_microcredits"] = task.hold.count();
  shown["captured_microcredits"] = task.captured.count();
  shown["error"] = nullptr;
  if (task.failure) {
    shown["error"] = {{"code", info(*task.failure).public_number}, {"name", info(*task.failure).name}};
  }
  return shown;
}

// A text that the store keeps as JSON, as a tree.
json::value tree_of(std::string_view text) {
  Result<json::value> tree = json::parse(text, json::Limits{.depth = 32, .bytes = text.size()});
  return tree ? std::move(*tree) : json::value(nullptr);
}

json::object print_history(const usecase::TaskHistory& history) {
  json::object shown = print_task_row(history.task);
  shown["plan"] = tree_of(task::print_plan(history.task.plan));
  shown["progress"] = tree_of(task::print_progress(history.task.progress));
  json::array events;
  for (const task::Event& event : history.events) {
    json::object row = {{"number", event.number}, {"at", print_rfc3339(event.at)}, {"type", event.type}};
    row["data"] = tree_of(event.data);
    events.push_back(std::move(row));
  }
  shown["events"] = std::move(events);
  return shown;
}

std::int64_t amount_in(const std::map<ledger::Book, MicroCredits>& amounts, ledger::Book book) {
  const auto found = amounts.find(book);
  return found == amounts.end() ? 0 : found->second.count();
}

json::object print_totals(const ledger::Report& report, ledger::Book book) {
  return {{"granted_microcredits", amount_in(report.granted, book)},
          {"held_microcredits", amount_in(report.held, book)},
          {"captured_microcredits", amount_in(report.captured, book)},
          {"upstream_loss_microcredits", amount_in(report.upstream_loss, book)}};
}

json::object print_report(const ledger::Report& report) {
  json::object shown = {{"ok", report.violations.empty()},
                        {"entries", report.entries},
                        {"accounts", report.accounts},
                        {"tasks", report.tasks}};
  shown["live"] = print_totals(report, ledger::Book::live);
  shown["test"] = print_totals(report, ledger::Book::test);
  shown["violations"] = json::array(report.violations.begin(), report.violations.end());
  return shown;
}

http::Response json_response(const json::object& tree) {
  http::Response response;
  response.body = json::print(tree);
  return response;
}

Error not_an_id(std::string_view kind, std::string_view text) {
  return make_error(Code::task_not_found, fmt::format("No {} {}", kind, text.substr(0, 64)));
}

}  // namespace

Answer create_key(Exchange& exchange) {
  Members members(exchange.request.body);
  usecase::NewKey wanted;
  wanted.account = members.required_string("account");
  wanted.book = book_of(members.flag("test"));
  wanted.name = members.string("name");
  if (const auto lifetime = members.integer("expires_in_seconds")) wanted.expires_in = seconds(*lifetime);
  wanted.models = members.strings("models");
  const Result<account::LimitsChange> limits = read_limits(members);
  if (!limits) co_return fail(limits.error());
  wanted.limits = changed({}, *limits);
  Result<usecase::CreatedKey> created =
      co_await exchange.services.accounts.create_key(exchange.loop, std::move(wanted));
  if (!created) co_return fail(operator_error(created.error()));
  json::object shown = print_key(created->record);
  shown["key"] = created->text.reveal();
  co_return json_response(shown);
}

Answer list_keys(Exchange& exchange) {
  Result<std::vector<account::KeyRecord>> keys =
      co_await exchange.services.accounts.list_keys(exchange.loop, exchange.request.query_parameter("account"));
  if (!keys) co_return fail(operator_error(keys.error()));
  json::array data;
  for (const account::KeyRecord& key : *keys) data.push_back(print_key(key));
  co_return json_response({{"data", std::move(data)}});
}

Answer revoke_key(Exchange& exchange) {
  const std::string_view text = exchange.params.get("id");
  const std::optional<KeyId> id = KeyId::parse(text);
  if (!id) co_return fail(not_an_id("key", text));
  Result<account::KeyRecord> revoked = co_await exchange.services.accounts.revoke_key(exchange.loop, *id);
  if (!revoked) co_return fail(operator_error(revoked.error()));
  co_return json_response(print_key(*revoked));
}

Answer change_limits(Exchange& exchange) {
  const std::string_view text = exchange.params.get("id");
  const std::optional<KeyId> id = KeyId::parse(text);
  if (!id) co_return fail(not_an_id("key", text));
  Members members(exchange.request.body);
  Result<account::LimitsChange> change = read_limits(members);
  if (!change) co_return fail(std::move(change.error()));
  account::KeyChange wanted;
  wanted.limits = std::move(*change);
  Result<account::KeyRecord> key =
      co_await exchange.services.accounts.change_key(exchange.loop, *id, std::move(wanted));
  if (!key) co_return fail(operator_error(key.error()));
  co_return json_response(print_key(*key));
}

Answer grant_credits(Exchange& exchange) {
  Members members(exchange.request.body);
  usecase::Grant grant;
  grant.account = members.required_string("account");
  grant.book = book_of(members.flag("test"));
  const std::string credits = members.required_string("credits");
  DR_CO_TRY(members.status());
  const Result<MicroCredits> amount = MicroCredits::parse_credits(credits);
  if (!amount) co_return fail(Code::invalid_parameter, "credits must be a number such as \"12.5\"", "credits");
  grant.amount = *amount;
  Result<usecase::Balances> balances = co_await exchange.services.accounts.grant(exchange.loop, std::move(grant));
  if (!balances) co_return fail(operator_error(balances.error()));
  co_return json_response(print_balances(*balances));
}

Answer show_balances(Exchange& exchange) {
  std::string name(exchange.params.get("name"));
  Result<usecase::Balances> balances = co_await exchange.services.accounts.get_balances(exchange.loop, std::move(name));
  if (!balances) co_return fail(operator_error(balances.error()));
  co_return json_response(print_balances(*balances));
}

Answer list_all_tasks(Exchange& exchange) {
  std::size_t limit = kDefaultTasks;
  if (const auto text = exchange.request.query_parameter("limit")) {
    const auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), limit);
    if (ec != std::errc() || end != text->data() + text->size() || limit < 1 || limit > store::kMaxPage) {
      co_return fail(Code::invalid_parameter, fmt::format("limit must be 1 to {}", store::kMaxPage), "limit");
    }
  }
  Result<std::vector<task::Task>> tasks =
      co_await exchange.services.accounts.list_tasks(exchange.loop, exchange.request.query_parameter("account"), limit);
  if (!tasks) co_return fail(operator_error(tasks.error()));
  json::array data;
  for (const task::Task& task : *tasks) data.push_back(print_task_row(task));
  co_return json_response({{"data", std::move(data)}});
}

Answer show_any_task(Exchange& exchange) {
  const std::string_view text = exchange.params.get("id");
  const std::optional<TaskId> id = TaskId::parse(text);
  if (!id) co_return fail(not_an_id("task", text));
  Result<usecase::TaskHistory> history = co_await exchange.services.accounts.get_task(exchange.loop, *id);
  if (!history) co_return fail(operator_error(history.error()));
  co_return json_response(print_history(*history));
}

Answer list_upstreams(Exchange& exchange) {
  const Services& services = exchange.services;
  if (!services.list_upstreams) co_return fail(Code::unavailable, "No server runs: only its traffic shows this");
  json::array upstreams = co_await await_on<json::array>(
      exchange.loop, [&services](Done<json::array> done) { services.list_upstreams(std::move(done)); });
  co_return json_response({{"data", std::move(upstreams)}});
}

Answer test_upstream(Exchange& exchange) {
  const Services& services = exchange.services;
  if (!services.test_upstream) co_return fail(Code::unavailable, "No server runs: only a running one tests upstreams");
  std::string name(exchange.params.get("name"));
  using Tested = Result<json::object>;
  Tested tested = co_await await_on<Tested>(exchange.loop,
                                            [&](Done<Tested> done) { services.test_upstream(name, std::move(done)); });
  if (!tested) co_return fail(operator_error(tested.error()));
  co_return json_response(*tested);
}

Answer steer_upstream(Exchange& exchange) {
  const Services& services = exchange.services;
  if (!services.steer_upstream) co_return fail(Code::unavailable, "Upstreams cannot be steered here");
  Members members(exchange.request.body);
  UpstreamChange change;
  const bool is_drained = members.flag("drained");
  if (members.has("drained")) change.is_drained = is_drained;
  const std::optional<std::int64_t> weight = members.integer("weight");
  if (members.is_null("weight")) change.weight.emplace();
  if (members.has("probe")) change.probe = members.string("probe");
  DR_CO_TRY(members.status());
  if (weight && (*weight < 0 || *weight > kMostWeight)) {
    co_return fail(Code::invalid_parameter, fmt::format("weight must be 0 to {}, or null", kMostWeight), "weight");
  }
  if (weight) change.weight.emplace(static_cast<std::uint32_t>(*weight));
  std::string name(exchange.params.get("name"));
  using Steered = Result<json::object>;
  Steered steered = co_await await_on<Steered>(
      exchange.loop, [&](Done<Steered> done) { services.steer_upstream(name, change, std::move(done)); });
  if (!steered) co_return fail(operator_error(steered.error()));
  co_return json_response(*steered);
}

Answer verify_ledger(Exchange& exchange) {
  Result<ledger::Report> report = co_await exchange.services.accounts.audit(exchange.loop);
  if (!report) co_return fail(operator_error(report.error()));
  co_return json_response(print_report(*report));
}

}  // namespace darkroom::api
