// Accounts: which there are, what each has and has done, new ones and credits for them.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

Answer list_accounts(Visit& visit);
Answer create_account(Visit& visit);
Answer grant_credits(Visit& visit);

}  // namespace darkroom::api::console
