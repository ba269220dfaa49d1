// An endpoint: where an account wants to hear of its tasks, and the secret that signs what it hears. Each account has
// at most one default endpoint, which has no URL: it signs what goes to the callback_url of single tasks. Threads:
// plain values; the rules are pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/secret.h"
#include "webhook/event.h"

namespace darkroom::webhook {

inline constexpr std::size_t kMostEndpoints = 16;                  // of one account, the default one not counted
inline constexpr std::uint32_t kMostPending = 10'000;              // deliveries of one lane that wait for a try
inline constexpr std::uint32_t kMostCallbacksPending = 40'000;     // of an account, wherever they lead
inline constexpr seconds kSecretOverlap = std::chrono::hours(24);  // unless told
inline constexpr seconds kLongestSecretOverlap = std::chrono::days(7);
inline constexpr seconds kFailsAtMost = std::chrono::days(5);  // without one success; then it is disabled

enum class DisabledBy : std::uint8_t { nobody = 0, owner = 1, gone = 2, failing = 3 };
std::string_view print(DisabledBy by);  // "owner", "gone", "failing"; "" for nobody

struct Endpoint {
  WebhookId id;
  AccountId account;
  std::string url;  // empty: the default endpoint
  EventSet events = EventSet::all();
  Secret secret;
  Secret former_secret;  // signs too, until `former_until`
  std::optional<WallTime> former_until;
  WallTime created_at{};
  std::optional<WallTime> failing_since;  // the first failure after the last success
  std::optional<WallTime> disabled_at;
  DisabledBy disabled_by = DisabledBy::nobody;
  std::uint32_t pending = 0;  // its deliveries that wait for a try

  bool is_default() const { return url.empty(); }
};

// The id of the account's default endpoint.
WebhookId default_endpoint_id(AccountId account);

// What an owner changes; what is absent stays as it is.
struct Change {
  AccountId account;
  WebhookId id;
  std::optional<std::string> url = {};
  std::optional<EventSet> events = {};
  std::optional<bool> enabled = {};
  std::optional<Secret> secret = {};  // the one so far signs on for `overlap`
  seconds overlap = kSecretOverlap;
  WallTime at{};
};
// A new URL and enabling forget the failures so far.
void apply(Endpoint& endpoint, const Change& change);

bool is_success(int status);
// What an answer says about the endpoint: a success ends its failing, 410 disables it, and so do kFailsAtMost of
// failures. The default endpoint, which has no place of its own, is never disabled. `status` 0: no answer.
void note_answer(Endpoint& endpoint, int status, WallTime at);

}  // namespace darkroom::webhook
