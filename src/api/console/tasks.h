// The screens of tasks: lists of an account and of all, one task whole, its small pictures, its cancel, and the resend
// of what it told. Threads: the connection's loop.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

// GET /accounts/{account}/tasks and GET /tasks
Answer list_account_tasks(Visit& visit);
Answer list_all_tasks(Visit& visit);
// TaskDetail, of a task of the account of the path.
Async<Result<json::object>> print_task(Visit& visit, TaskId id);
// GET /accounts/{account}/tasks/{id}
Answer show_task(Visit& visit);
// POST /accounts/{account}/tasks/{id}/cancel
Answer cancel_task(Visit& visit);
// GET /accounts/{account}/tasks/{id}/thumbnails/{index}
Answer show_thumbnail(Visit& visit);
// POST /accounts/{account}/tasks/{id}/deliveries/{delivery}/resend
Answer resend_task_delivery(Visit& visit);

}  // namespace darkroom::api::console
