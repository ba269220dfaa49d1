// The customer's webhook endpoints and what was delivered to them.
// Threads: the connection's loop.
#pragma once

#include "api/exchange.h"

namespace darkroom::api {

// The shapes; {id} is "wh_…" or "default", the endpoint without URL that signs the callback_url of tasks:
//
//   POST   /api/v1/webhooks                  {"url", "events"} -> endpoint + "secret", this once
//   GET    /api/v1/webhooks                  -> {"data": [endpoint]}, oldest first, without the default one
//   GET    /api/v1/webhooks/{id}             -> endpoint
//   POST   /api/v1/webhooks/{id}             {"url", "events", "enabled"}, each optional -> endpoint
//   DELETE /api/v1/webhooks/{id}             -> {"id", "deleted": true}
//   POST   /api/v1/webhooks/{id}/rotate      {"overlap_seconds"}, optional -> endpoint + "secret", this once
//   GET    /api/v1/webhooks/{id}/deliveries  ?limit=&cursor= -> {"data": [delivery], "next_cursor"}, newest first
//   POST   /api/v1/webhooks/{id}/deliveries/{delivery}/resend -> delivery
//
//   endpoint   {"id", "url", "events", "enabled", "disabled_reason", "disabled_at", "failing_since",
//              "pending_deliveries", "former_secret_until", "created_at"}
//   delivery   {"id": "msg_…", "task", "type", "url", "status", "created_at", "next_attempt_at", "attempts": [{"at",
//              "status", "ms", "error"}]}
Answer create_webhook(Exchange& exchange);
Answer list_webhooks(Exchange& exchange);
Answer show_webhook(Exchange& exchange);
Answer change_webhook(Exchange& exchange);
Answer remove_webhook(Exchange& exchange);
Answer rotate_webhook(Exchange& exchange);
Answer list_webhook_deliveries(Exchange& exchange);
Answer resend_webhook_delivery(Exchange& exchange);

}  // namespace darkroom::api
