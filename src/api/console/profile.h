// One's own profile and sessions.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

Answer change_session(Visit& visit);
Answer list_sessions(Visit& visit);
Answer end_session(Visit& visit);

}  // namespace darkroom::api::console
