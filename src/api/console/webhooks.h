// The screens of webhooks: endpoints, what was delivered to them, a resend, a test. Threads: the connection's loop.
#pragma once

#include "api/console/task_rows.h"
#include "api/console/visit.h"

namespace darkroom::api::console {

// /accounts/{account}/webhooks and below
Answer list_webhooks(Visit& visit);
Answer create_webhook(Visit& visit);
Answer show_webhook(Visit& visit);
Answer change_webhook(Visit& visit);
Answer remove_webhook(Visit& visit);
Answer rotate_webhook(Visit& visit);
Answer test_webhook(Visit& visit);
Answer list_deliveries(Visit& visit);
Answer resend_webhook_delivery(Visit& visit);

// Of the account of the path.
Answer resend_delivery(Visit& visit, DeliveryName name);

}  // namespace darkroom::api::console
