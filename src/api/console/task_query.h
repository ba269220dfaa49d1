// The query of a list of tasks. Threads: no state. Fails with invalid_parameter, the parameter named.
#pragma once

#include <optional>
#include <string>

#include "api/console/visit.h"
#include "usecase/list_tasks.h"

namespace darkroom::api::console {

// RFC 3339, as the answers of this API write it, or whole seconds since 1970. Nothing if it is absent or empty.
Result<std::optional<WallTime>> read_moment(const http::Request& request, std::string_view name);
Result<std::optional<ledger::Book>> read_book(const http::Request& request);
Result<usecase::TaskQuery> read_task_query(const Visit& visit);

}  // namespace darkroom::api::console
