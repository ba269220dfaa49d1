#include "engine/token_source.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/log.h"
#include "engine/text_reader.h"
#include "net/body_source.h"
#include "net/service_account.h"

namespace darkroom::engine {
namespace {

constexpr std::uint64_t kAnswerBytes = 64 << 10;

TokenSource::Outcome refuse(bool key_is_bad, const std::string& reason) {
  log::warn("no_token", {{"reason", reason}});
  const std::string why = "token: " + reason;
  if (key_is_bad) return std::unexpected(provider::TryNextRoute{true, why});
  return std::unexpected(provider::RetryLater{std::nullopt, false, why});
}

Result<net::ClientRequest> make_request(const net::ServiceAccount& account, WallTime now) {
  auto assertion = net::make_assertion(account, now);
  if (!assertion) return fail(std::move(assertion.error()));
  auto body = std::make_unique<net::BodySource>();
  body->add_text(net::make_token_request(*assertion));
  net::ClientRequest request;
  request.method = "POST";
  request.url = account.token_uri;
  request.headers.push_back({"Content-Type", Secret("application/x-www-form-urlencoded")});
  request.body = std::move(body);
  request.limits.connect = kTokenLimit;
  request.limits.first_byte = kTokenLimit;
  request.limits.total = kTokenLimit;
  request.limits.body_bytes = kAnswerBytes;
  return request;
}

}  // namespace

struct TokenSource::Entry {
  Secret key;
  Secret token;  // empty: none
  SteadyTime renew_at{};
  SteadyTime ends_at{};
  bool asking = false;
  std::vector<Done<Outcome>> waiting;
};

TokenSource::TokenSource(Loop& loop, net::HttpClient& client, const Clock& clock)
    : loop_(loop), client_(client), clock_(clock) {}

TokenSource::~TokenSource() = default;

TokenSource::Entry& TokenSource::entry_of(const Secret& key) {
  const auto found = std::ranges::find_if(entries_, [&](const auto& entry) { return entry->key == key; });
  if (found != entries_.end()) return **found;
  entries_.push_back(std::make_unique<Entry>());
  entries_.back()->key = key;
  return *entries_.back();
}

Async<TokenSource::Outcome> TokenSource::get(Secret key) {
  Entry* entry = &entry_of(key);
  if (!entry->token.empty() && clock_.steady_now() < entry->renew_at) co_return entry->token;
  if (entry->asking) co_return co_await wait_for(entry);
  co_return co_await exchange(entry);
}

Async<TokenSource::Outcome> TokenSource::wait_for(Entry* entry) {
  auto enqueue = [entry](Done<Outcome> done) { entry->waiting.push_back(std::move(done)); };
  auto told = await_on<Outcome>(loop_, enqueue);
  co_return co_await told;
}

Async<TokenSource::Outcome> TokenSource::exchange(Entry* entry) {
  entry->asking = true;
  Outcome outcome = co_await ask(entry);
  entry->asking = false;
  const SteadyTime now = clock_.steady_now();
  if (!outcome && !entry->token.empty() && now < entry->ends_at) {
    entry->renew_at = now + kRenewalRetryRest;
    outcome = entry->token;
  }
  for (Done<Outcome>& done : std::exchange(entry->waiting, {})) done(outcome);
  co_return outcome;
}

// Signing costs about a millisecond of this loop, once an hour and key.
Async<TokenSource::Outcome> TokenSource::ask(Entry* entry) {
  const auto account = net::parse_service_account(entry->key.reveal());
  if (!account) co_return refuse(true, account.error().message);
  auto request = make_request(*account, clock_.wall_now());
  if (!request) co_return refuse(true, request.error().message);
  const SteadyTime asked_at = clock_.steady_now();
  auto reader = std::make_shared<TextReader>();
  net::HttpClient::CallId id = 0;
  auto send = [&](Done<net::ClientResult> done) {
    id = client_.send(std::move(*request), reader, std::move(done));
    in_flight_.insert(id);
  };
  auto sent = await_on<net::ClientResult>(loop_, send);
  const net::ClientResult result = co_await sent;
  in_flight_.erase(id);
  if (!result) co_return refuse(false, result.error().error.message);
  auto token = net::read_token_answer(result->status, reader->text());
  if (!token) co_return refuse(token.error().account_is_bad, token.error().reason);
  entry->token = std::move(token->text);
  entry->ends_at = asked_at + token->lasts;
  entry->renew_at = std::max(entry->ends_at - kRenewedBefore, asked_at + token->lasts / 2);
  co_return entry->token;
}

void TokenSource::forget(const Secret& key, const Secret& token) {
  Entry& entry = entry_of(key);
  if (entry.token == token) entry.token = Secret();
}

void TokenSource::cancel_all() {
  for (const net::HttpClient::CallId call : in_flight_) client_.cancel(call);
}

}  // namespace darkroom::engine
