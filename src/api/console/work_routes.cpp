// The rows of what an account works with: tasks, usage, models, upstreams.
#include "api/console/routes.h"

namespace darkroom::api::console {

std::span<const Route> work_routes() { return {}; }

}  // namespace darkroom::api::console
