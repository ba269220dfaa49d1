// The log of changes, and the settings of this server.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

Answer list_deeds(Visit& visit);             // of the whole server
Answer list_deeds_of_account(Visit& visit);  // of the account of the path
Answer list_settings(Visit& visit);
// {"rows": how many, "first_bad": the number of the first row that is not what was written, or null}
Answer verify_deeds(Visit& visit);

}  // namespace darkroom::api::console
