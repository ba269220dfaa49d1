// The seam between the notifier and the outside: one message to one receiver. The real one is
// engine/http_webhook_sender; the simulation has its own.
// Threads: the engine's loop. send() never throws; it always ends by kSendDeadline.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "runtime/async.h"
#include "webhook/delivery.h"

namespace darkroom::engine {

inline constexpr milliseconds kSendDeadline{15'000};

struct WebhookOrder {
  std::string url;
  std::string message_id;
  std::string signatures;  // over `at`
  std::string body;
  WallTime at{};
};

class WebhookSender {
 public:
  virtual ~WebhookSender() = default;
  // Nothing when it was cut off: nobody knows whether the message has arrived.
  virtual Async<std::optional<webhook::Answer>> send(WebhookOrder order) = 0;
  // Cuts off what is in flight, soon.
  virtual void cancel_all() = 0;
};

}  // namespace darkroom::engine
