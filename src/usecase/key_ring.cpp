#include "usecase/key_ring.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "account/api_key.h"
#include "base/http_message.h"

namespace darkroom::usecase {
namespace {

constexpr std::string_view kScheme = "Bearer";
// Longer than any key: what exceeds it is not worth hashing.
constexpr std::size_t kMaxTokenBytes = 256;

const net::IpNetwork kNowhere{{}, 128};  // the unspecified address: nobody's

// Not through a seam: no answer depends on the secret.
Random& memo_secret() {
  static SystemRandom random;
  return random;
}

std::int64_t minute_of(WallTime time) { return to_millis(time) / 60'000; }

std::shared_ptr<Caller> make_caller(const account::KeyRecord& record) {
  auto caller = std::make_shared<Caller>();
  caller->account = record.account;
  caller->account_name = record.account_name;
  caller->key = record.id;
  caller->book = record.book;
  caller->key_name = record.name;
  caller->last4 = record.last4;
  caller->created_at = record.created_at;
  caller->expires_at = record.expires_at;
  caller->models = record.models;
  caller->limits = record.limits;
  if (const auto requests = record.limits.requests_per_minute) {
    caller->key_rate = account::Rate::per_minute(*requests, *requests);
  }
  for (const std::string& text : record.limits.allow_from) {
    const Result<net::IpNetwork> network = net::IpNetwork::parse(text);
    // An unreadable one opens nothing: a key must never be open to more than its operator said.
    caller->networks.push_back(network ? *network : kNowhere);
  }
  return caller;
}

}  // namespace

std::optional<std::string_view> parse_bearer(std::string_view authorization) {
  if (authorization.size() <= kScheme.size()) return std::nullopt;
  if (!http::equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  std::string_view token = authorization.substr(kScheme.size());
  if (token.front() != ' ') return std::nullopt;
  token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
  if (token.empty() || token.find(' ') != std::string_view::npos || token.find('\t') != std::string_view::npos) {
    return std::nullopt;
  }
  return token;
}

std::size_t KeyRing::HashPrefix::operator()(const account::KeyHash& hash) const noexcept {
  std::size_t prefix = 0;  // of a SHA-256, so it is spread already
  std::memcpy(&prefix, hash.data(), sizeof(prefix));
  return prefix;
}

bool KeyRing::EqualInConstantTime::operator()(const account::KeyHash& a, const account::KeyHash& b) const noexcept {
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned>(a[i] ^ b[i]);
  return difference == 0;
}

KeyRing::KeyRing(store::Store& store, AccountStates& accounts)
    : store_(store), accounts_(accounts), memo_(memo_secret()) {}

Async<Status> KeyRing::load(Loop& loop) {
  using Keys = Result<std::vector<account::KeyRecord>>;
  Keys keys = co_await await_on<Keys>(loop, [&](Done<Keys> done) { store_.list_keys(std::move(done)); });
  if (!keys) co_return fail(std::move(keys.error()));
  for (const account::KeyRecord& key : *keys) add(key);
  co_return Status();
}

void KeyRing::add(const account::KeyRecord& record) {
  auto caller = make_caller(record);
  caller->state = accounts_.get(record.account);
  {
    auto limited = concurrent_tasks_.lock();
    if (record.limits.concurrent_tasks) {
      limited->insert_or_assign(record.id, *record.limits.concurrent_tasks);
    } else {
      limited->erase(record.id);
    }
  }
  Entry entry;
  entry.expires_at = record.expires_at;
  entry.revoked = record.revoked_at.has_value();
  entry.last_used_minute = record.last_used_at ? minute_of(*record.last_used_at) : 0;
  auto shard = shard_of(record.hash).lock();
  const auto former = shard->find(record.hash);
  caller->key_state = former == shard->end() ? std::make_shared<KeyState>() : former->second.caller->key_state;
  by_id_.lock()->insert_or_assign(record.id, caller);
  entry.caller = std::move(caller);
  shard->insert_or_assign(record.hash, std::move(entry));
}

CallerRef KeyRing::find(KeyId key) {
  auto callers = by_id_.lock();
  const auto place = callers->find(key);
  return place == callers->end() ? nullptr : place->second;
}

std::optional<std::int64_t> KeyRing::concurrent_tasks_of(KeyId key) {
  auto limited = concurrent_tasks_.lock();
  const auto place = limited->find(key);
  if (place == limited->end()) return std::nullopt;
  return place->second;
}

Result<CallerRef> KeyRing::authenticate(std::optional<std::string_view> authorization, WallTime now) {
  if (!authorization) return fail(Code::auth_missing);
  const std::optional<std::string_view> token = parse_bearer(*authorization);
  if (!token) return fail(Code::auth_malformed);
  if (token->size() > kMaxTokenBytes) return fail(Code::key_invalid);
  const SipTag tag = memo_.tag_of(*token);
  const std::optional<account::KeyHash> known = memo_.find(tag);
  const account::KeyHash hash = known ? *known : account::hash_api_key(*token);

  auto shard = shard_of(hash).lock();
  Result<CallerRef> caller = use(*shard, hash, now);
  const bool exists = caller || caller.error().code != Code::key_invalid;
  if (exists && !known) memo_.put(tag, hash);
  return caller;
}

Result<CallerRef> KeyRing::use(const account::KeyHash& hash, WallTime now) {
  auto shard = shard_of(hash).lock();
  return use(*shard, hash, now);
}

Result<CallerRef> KeyRing::use(Shard& shard, const account::KeyHash& hash, WallTime now) {
  const auto found = shard.find(hash);
  if (found == shard.end()) return fail(Code::key_invalid);
  Entry& entry = found->second;
  if (entry.revoked) return fail(Code::key_revoked);
  if (entry.expires_at && now >= *entry.expires_at) return fail(Code::key_expired);
  if (const std::int64_t minute = minute_of(now); minute > entry.last_used_minute) {
    entry.last_used_minute = minute;
    uses_.lock()->emplace_back(entry.caller->key, from_millis(minute * 60'000));
  }
  return entry.caller;
}

Async<Status> KeyRing::flush_uses(Loop& loop) {
  std::vector<std::pair<KeyId, WallTime>> uses;
  std::swap(uses, *uses_.lock());
  if (uses.empty()) co_return Status();
  co_return co_await await_on<Status>(loop,
                                      [&](Done<Status> done) { store_.touch_keys(std::move(uses), std::move(done)); });
}

}  // namespace darkroom::usecase
