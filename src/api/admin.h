// The administration API, served on the local socket that only the operator's user can open; that is its
// authentication. The commands `darkroom keys|credits|tasks|ledger` speak it when a server runs. Threads: handlers run
// on the connection's loop. Fails with the common error envelope; unlike a customer, an operator is told what was not
// found.
#pragma once

#include "api/exchange.h"

namespace darkroom::api {

// The shapes:
//
//   POST   /admin/keys                       {"account", "test", "name", "expires_in_seconds", "models", limits as
//                                            below}; only account is required -> 200 key object + "key": the text,
//                                            this once
//   GET    /admin/keys?account=NAME          -> {"data": [key object]}, oldest first
//   DELETE /admin/keys/{id}                  -> 200 key object; revoking twice keeps the first time
//   POST   /admin/keys/{id}/limits           {"requests_per_minute", "concurrent_tasks", "monthly_credits": "12.5",
//                                            "allow_from": ["CIDR"]}; what is absent stays, null lifts -> 200 key
//                                            object; it holds from the answer on
//   POST   /admin/grants                     {"account", "credits": "12.5", "test"} -> balances object
//   GET    /admin/accounts/{name}/balance    -> balances object
//   GET    /admin/tasks?account=NAME&limit=N -> {"data": [task object]}, newest first; 20 unless told, at most 1000
//   GET    /admin/tasks/{id}                 -> task object + "plan", "progress" and "events", nothing left out
//   GET    /admin/upstreams                  -> {"data": [upstream object]}, by name; 503 without a running server
//   POST   /admin/upstreams/{name}           {"drained": true|false, "weight": 0 to 1000, or null for what is
//                                            configured, "probe": "off"|"recovery"|"always"}; what is absent stays
//                                            -> 200 upstream object, of which only what was set is there without a
//                                            running server
//   POST   /admin/upstream-tests/{name}      -> {"ok", "condition", "detail", "took_ms"} of a free call made now
//   GET    /admin/ledger/verify              -> {"ok", "entries", "accounts", "tasks", "live": {"granted_microcredits",
//                                            "held_microcredits", "captured_microcredits",
//                                            "upstream_loss_microcredits"}, "test": {…}, "violations": ["sentence"]}
//
//   upstream object  {"name", "drained", "weight", "kind", "sandbox", "breaker": "closed"|"half open"|"open", "keys",
//                    "keys_resting", "in_flight", "capacity", "last_success_at", "last_failure_at", "last_failure",
//                    "recent_calls", "recent_delivered", "p50_seconds", "p95_seconds", "probe": {"policy",
//                    "is_possible", "last": null or a test with "at"}, "balance": {"is_told", "amount": "12.3" or null,
//                    "unit", "at", "trouble"}}; times are seconds since 1970
//   key object       {"id": "key_…", "name", "account", "book": "live"|"test", "last4", "created_at", "expires_at",
//                    "revoked_at", "last_used_at", "models": [], "limits": see api/key_limits.h}; times are RFC 3339
//                    or null; no models: all
//   balances object  {"account", "live": balance, "test": balance}
//   balance          {"available_microcredits", "held_microcredits", "granted_microcredits", "captured_microcredits",
//                    "balance": whole credits available}
//   task object      {"id", "account_id", "key_id", "book", "model", "state", "status", "created_at", "ended_at",
//                    "hold_microcredits", "captured_microcredits", "error": null or {"code", "name"}}; `state` is ours,
//                    `status` is what the customer sees
Answer create_key(Exchange& exchange);
Answer list_keys(Exchange& exchange);
Answer revoke_key(Exchange& exchange);
Answer change_limits(Exchange& exchange);
Answer grant_credits(Exchange& exchange);
Answer show_balances(Exchange& exchange);
Answer list_all_tasks(Exchange& exchange);
Answer show_any_task(Exchange& exchange);
Answer list_upstreams(Exchange& exchange);
Answer steer_upstream(Exchange& exchange);
Answer test_upstream(Exchange& exchange);
Answer verify_ledger(Exchange& exchange);

}  // namespace darkroom::api
