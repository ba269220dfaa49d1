// Notifier: drains the outbox of webhooks. A delivery that waits is a row with its time in the store, never a sleeping
// coroutine; one that is being sent is a coroutine, and there are few of those. After a crash the rows are still there,
// so every message arrives at least once.
// Threads: start() and stop() from the main thread or the loop; wake() from any thread; the rest on the loop.
// Owns: every coroutine it spawns. Fairness: some slots for each lane, one for a lane that fails, and half of all for
// those, so that dead receivers cost the others nothing, of other accounts or of the same.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/random.h"
#include "engine/webhook_sender.h"
#include "runtime/async_scope.h"
#include "runtime/loop.h"
#include "store/webhook_store.h"

namespace darkroom::engine {

struct NotifierOptions {
  std::size_t in_flight = 128;        // messages being sent
  std::size_t of_each_lane = 8;       // of them
  std::size_t of_each_endpoint = 32;  // and of all lanes together, which an account makes as many as it likes
  milliseconds rescan{10'000};        // the outbox is looked at this often without a hint
  milliseconds gap{5};                // and with hints, not more often than this
  milliseconds sweep{600'000};        // how often what is older than webhook::kLogKept is forgotten
};

struct NotifierParts {
  Loop& loop;
  const Clock& clock;
  Random& random;
  store::WebhookStore& store;
  WebhookSender& sender;
  Metrics* metrics = nullptr;
};

class Notifier {
 public:
  Notifier(NotifierParts parts, NotifierOptions options = {});
  ~Notifier();

  void start();
  // There may be something to deliver. A hint: losing it delays the delivery to the next rescan, no more.
  void wake();
  // Begins nothing more; `stopped` runs when nothing is in flight any more. What is at `deadline` is cut off.
  void stop(SteadyTime deadline, Callback stopped);
  // A simulated crash: every coroutine ends where it stands.
  void abandon();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace darkroom::engine
