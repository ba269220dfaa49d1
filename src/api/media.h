// Finished pictures and films, byte for byte as they were stored.
// Threads: the connection's loop; opening a file is the only thing that may block, and briefly.
#pragma once

#include <optional>
#include <string_view>

#include "api/exchange.h"

namespace darkroom::api {

// GET /media/tasks/<32 hex>/<index>.<ext>: outputs of completed tasks until their retention ends, then 404, whether or
// not the sweeper has removed the file. No key: the name cannot be guessed. One range, ETag, If-Range, 304.
Answer show_media(Exchange& exchange);

// The task whose output a name of that form is; nothing for any other name.
std::optional<TaskId> task_of_output(std::string_view name);
// By extension; application/octet-stream for one that we do not know.
std::string_view content_type_of(std::string_view name);

}  // namespace darkroom::api
