// TokenSource: the short-lived tokens that service accounts' keys are exchanged for. A token is kept until some minutes
// before its end; calls that need the same one meanwhile wait for one exchange. Threads: the engine's loop; at its end
// the calls that wait must have ended. Fails with the verdict for the call that needed the token; a token that still
// lives covers for an exchange that failed.
#pragma once

#include <expected>
#include <memory>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "net/http_client.h"
#include "provider/provider.h"
#include "runtime/async.h"

namespace darkroom::engine {

inline constexpr milliseconds kTokenLimit{10'000};        // of one exchange
inline constexpr milliseconds kRenewedBefore{300'000};    // its end
inline constexpr milliseconds kRenewalRetryRest{30'000};  // after a renewal that failed

class TokenSource {
 public:
  using Outcome = std::expected<Secret, provider::Verdict>;

  TokenSource(Loop& loop, net::HttpClient& client, const Clock& clock);
  ~TokenSource();

  // `key`: the key file's text, as it stands in an upstream's api_keys.
  Async<Outcome> get(Secret key);
  // The vendor has refused this token of this key: the next get() asks for another.
  void forget(const Secret& key, const Secret& token);
  // Ends the exchanges in flight soon; their calls get RetryLater.
  void cancel_all();

 private:
  struct Entry;
  Entry& entry_of(const Secret& key);
  Async<Outcome> exchange(Entry* entry);
  Async<Outcome> wait_for(Entry* entry);
  Async<Outcome> ask(Entry* entry);

  Loop& loop_;
  net::HttpClient& client_;
  const Clock& clock_;
  std::vector<std::unique_ptr<Entry>> entries_;  // as many as keys are configured
  std::unordered_set<net::HttpClient::CallId> in_flight_;
};

}  // namespace darkroom::engine
