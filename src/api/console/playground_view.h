// GET /accounts/{account}/playground: all that the playground shows when it opens, in one answer: the models, the
// request that stands on its form, what that costs, and the task of the address (`task`). The query is the page's own:
// `model`, the body's members as the page writes them, or `from`, a task whose request it is; with neither it is the
// model's example. A request that cannot be priced has no price and is no error, since people write on.
// Threads: the connection's loop.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

Answer show_playground(Visit& visit);

}  // namespace darkroom::api::console
