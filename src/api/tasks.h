// Polls and event logs of a customer's own tasks.
// Threads: the connection's loop. A poll of a task that is in memory never suspends and never copies its body.
#pragma once

#include <optional>
#include <string_view>

#include "api/exchange.h"
#include "base/json.h"
#include "task/task.h"

namespace darkroom::api {

// GET /api/v1/tasks/{id}: the contract's answer, with ETag, 304, and Retry-After while it is processing. With ?wait=N
// it comes when the task has ended, or after N seconds.
Answer show_task(Exchange& exchange);
// GET /api/v1/tasks/{id}/events -> {"data": [{"number", "at", "type", …}]}, oldest first; a stream for a client that
// accepts text/event-stream.
Answer list_task_events(Exchange& exchange);

// POST /api/v1/tasks/{id}/cancel -> the task as a poll shows it, and "charged_microcredits".
Answer cancel_task(Exchange& exchange);

// The 200 to a poll.
http::Response task_response(const Exchange& exchange, usecase::TaskViewRef view);
// When to ask again, as Retry-After; nothing for a task that has ended.
void add_retry_after(const Exchange& exchange, const usecase::TaskView& view, http::Response& response);

// An event as its customer may see it: only known members, never names of upstreams or their words.
json::object public_event(const task::Event& event);

}  // namespace darkroom::api
