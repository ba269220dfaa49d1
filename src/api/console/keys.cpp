#include "api/console/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/key_limits.h"
#include "api/members.h"
#include "api/nullable.h"
#include "api/query.h"
#include "base/time_text.h"

namespace darkroom::api::console {
namespace {

constexpr seconds kLongestOverlap = std::chrono::days(7);

json::object limits_of(const account::KeyLimits& limits) {
  json::object shown;
  shown["requests_per_minute"] = or_null(limits.requests_per_minute);
  shown["concurrent_tasks"] = or_null(limits.concurrent_tasks);
  shown["monthly_credits"] = text_or_null(limits.monthly_credits ? limits.monthly_credits->text() : "");
  shown["allow_from"] = json::array(limits.allow_from.begin(), limits.allow_from.end());
  return shown;
}

json::object print_key(const account::KeyRecord& key) {
  const bool is_test = key.book == ledger::Book::test;
  json::object shown = {{"id", key.id.text()}, {"name", key.name}};
  shown["account"] = json::object{{"id", key.account.text()}, {"name", key.account_name}};
  shown["book"] = ledger::print(key.book);
  shown["prefix"] = is_test ? "rk_test_" : "rk_live_";
  shown["last4"] = key.last4;
  shown["created_at"] = print_rfc3339(key.created_at);
  shown["expires_at"] = time_or_null(key.expires_at);
  shown["revoked_at"] = time_or_null(key.revoked_at);
  shown["last_used_at"] = time_or_null(key.last_used_at);
  shown["models"] = json::array(key.models.begin(), key.models.end());
  shown["limits"] = limits_of(key.limits);
  shown["is_console"] = key.is_console;
  return shown;
}

http::Response answer_minted(const usecase::CreatedKey& made) {
  json::object shown = print_key(made.record);
  shown["key"] = made.text.reveal();
  return answer_with(shown);
}

// The key of the path, if it is the account's; the console's own key is nobody's to change.
Async<Result<account::KeyRecord>> find_key(Visit& visit) {
  const std::optional<KeyId> id = KeyId::parse(visit.params.get("id"));
  if (!id) co_return fail(Code::object_not_found);
  using Keys = Result<std::vector<account::KeyRecord>>;
  Keys keys = co_await visit.services.api.accounts.list_keys_of(visit.loop, visit.account().id);
  if (!keys) co_return fail(std::move(keys.error()));
  const auto key = std::ranges::find(*keys, *id, &account::KeyRecord::id);
  if (key == keys->end()) co_return fail(Code::object_not_found);
  if (key->is_console) co_return fail(Code::conflict, "This key is the console's own and stays as it is");
  co_return std::move(*key);
}

Async<Result<http::Response>> answer_change(Visit& visit, const char* action, account::KeyRecord before,
                                            account::KeyRecord after) {
  people::Deed deed = visit.deed(action, after.id.text(), print_key(before), print_key(after));
  DR_CO_TRY(co_await note(visit, std::move(deed)));
  co_return answer_with(print_key(after));
}

Async<Result<usecase::CreatedKey>> mint(Visit& visit, usecase::NewKey wanted, const char* action, json::object before) {
  Result<usecase::CreatedKey> made = co_await visit.services.api.accounts.create_key(visit.loop, std::move(wanted));
  if (!made) co_return fail(std::move(made.error()));
  people::Deed deed = before.empty()
                          ? visit.deed(action, made->record.id.text(), nullptr, print_key(made->record))
                          : visit.deed(action, made->record.id.text(), std::move(before), print_key(made->record));
  DR_CO_TRY(co_await note(visit, std::move(deed)));
  co_return made;
}

}  // namespace

// The cursor is the last id of the page before: ids grow with time.
Answer list_keys(Visit& visit) {
  using Keys = Result<std::vector<account::KeyRecord>>;
  Keys keys = co_await visit.services.api.accounts.list_keys_of(visit.loop, visit.account().id);
  if (!keys) co_return fail(std::move(keys.error()));
  const Result<std::size_t> limit = page_limit(visit);
  if (!limit) co_return fail(limit.error());
  const std::string cursor = visit.request.query_parameter("cursor").value_or("");
  const std::optional<KeyId> before = KeyId::parse(cursor);
  if (!before && !cursor.empty()) co_return refuse_parameter("cursor", "the next_cursor of an earlier page");
  json::array data;
  std::string last;
  for (auto key = keys->rbegin(); key != keys->rend(); ++key) {
    if (before && !(key->id < *before)) continue;
    if (data.size() == *limit) co_return answer_page(std::move(data), last);
    data.push_back(print_key(*key));
    last = key->id.text();
  }
  co_return answer_page(std::move(data));
}

Answer mint_key(Visit& visit) {
  Members members(visit.request.body);
  usecase::NewKey wanted;
  wanted.account = visit.account().name;
  wanted.name = members.string("name");
  wanted.book = members.flag("test") ? ledger::Book::test : ledger::Book::live;
  wanted.models = members.strings("models");
  if (const auto lifetime = members.integer("expires_in_seconds")) wanted.expires_in = seconds(*lifetime);
  Members limits = members.object("limits");
  DR_CO_TRY(members.status());
  const Result<account::LimitsChange> change = read_limits(limits);
  if (!change) co_return fail(change.error());
  wanted.limits = changed({}, *change);
  const Result<usecase::CreatedKey> made = co_await mint(visit, std::move(wanted), "key.create", {});
  if (!made) co_return fail(made.error());
  co_return answer_minted(*made);
}

Answer change_key(Visit& visit) {
  Members members(visit.request.body);
  account::KeyChange change;
  if (members.has("name")) change.name = members.string("name");
  Members limits = members.object("limits");
  DR_CO_TRY(members.status());
  Result<account::LimitsChange> read = read_limits(limits);
  if (!read) co_return fail(std::move(read.error()));
  change.limits = std::move(*read);
  Result<account::KeyRecord> before = co_await find_key(visit);
  if (!before) co_return fail(std::move(before.error()));
  Result<account::KeyRecord> after =
      co_await visit.services.api.accounts.change_key(visit.loop, before->id, std::move(change));
  if (!after) co_return fail(std::move(after.error()));
  co_return co_await answer_change(visit, "key.change", std::move(*before), std::move(*after));
}

Answer revoke_key(Visit& visit) {
  Result<account::KeyRecord> before = co_await find_key(visit);
  if (!before) co_return fail(std::move(before.error()));
  Result<account::KeyRecord> after = co_await visit.services.api.accounts.revoke_key(visit.loop, before->id);
  if (!after) co_return fail(std::move(after.error()));
  co_return co_await answer_change(visit, "key.revoke", std::move(*before), std::move(*after));
}

// The new key may do what the old one may, and ends when that would have ended. The old one goes on for the overlap.
Answer roll_key(Visit& visit) {
  Members members(visit.request.body);
  const seconds overlap(members.integer("overlap_seconds").value_or(0));
  DR_CO_TRY(members.status());
  if (overlap < seconds(0) || overlap > kLongestOverlap) {
    co_return fail(Code::invalid_parameter,
                   fmt::format("overlap_seconds must be a whole number from 0 to {}", kLongestOverlap.count()),
                   "overlap_seconds");
  }
  Result<account::KeyRecord> old = co_await find_key(visit);
  if (!old) co_return fail(std::move(old.error()));
  const WallTime now = visit.now();
  if (old->revoked_at || (old->expires_at && *old->expires_at <= now)) {
    co_return fail(Code::conflict, "This key has ended: make a new one");
  }
  usecase::NewKey wanted;
  wanted.account = visit.account().name;
  wanted.name = old->name;
  wanted.book = old->book;
  wanted.models = old->models;
  wanted.limits = old->limits;
  if (old->expires_at) wanted.expires_in = std::chrono::ceil<seconds>(*old->expires_at - now);
  json::object before = print_key(*old);
  const Result<usecase::CreatedKey> made = co_await mint(visit, std::move(wanted), "key.roll", std::move(before));
  if (!made) co_return fail(made.error());
  account::KeyChange end;
  end.expires_at = now + overlap;
  if (old->expires_at) end.expires_at = std::min(*end.expires_at, *old->expires_at);
  const Result<account::KeyRecord> ended =
      co_await visit.services.api.accounts.change_key(visit.loop, old->id, std::move(end));
  if (!ended) co_return fail(ended.error());
  co_return answer_minted(*made);
}

}  // namespace darkroom::api::console
