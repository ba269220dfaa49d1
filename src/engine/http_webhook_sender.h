// HttpWebhookSender: the real WebhookSender. One POST under UrlGuard's rules: the checked address is pinned, nothing is
// followed, plain http goes only where the operator allows it. Of the answer only the status and Retry-After are used;
// its body is read up to a bound and thrown away.
// Threads: the engine's loop; look-ups go to the blocking pool.
#pragma once

#include <unordered_set>

#include "engine/webhook_sender.h"
#include "net/http_client.h"
#include "net/url_guard.h"
#include "runtime/loops.h"

namespace darkroom::engine {

class HttpWebhookSender final : public WebhookSender {
 public:
  HttpWebhookSender(Loop& loop, net::HttpClient& client, const net::UrlGuard& guard, BlockingPool& pool);

  Async<std::optional<webhook::Answer>> send(WebhookOrder order) override;
  void cancel_all() override;

 private:
  Loop& loop_;
  net::HttpClient& client_;
  const net::UrlGuard& guard_;
  BlockingPool& pool_;
  std::unordered_set<net::HttpClient::CallId> in_flight_;
};

}  // namespace darkroom::engine
