// Accounts as the console shows them.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

Answer list_accounts(Visit& visit);

}  // namespace darkroom::api::console
