// GET /api/v1/tasks: the caller's own tasks, newest first, page by page. Threads: any loop.
#pragma once

#include "api/exchange.h"

namespace darkroom::api {

Answer list_tasks(Exchange& exchange);

}  // namespace darkroom::api
