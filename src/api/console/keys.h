// An account's API keys: minted (their text is shown once), limited, revoked, rolled.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

Answer list_keys(Visit& visit);
Answer mint_key(Visit& visit);
Answer change_key(Visit& visit);
Answer revoke_key(Visit& visit);
Answer roll_key(Visit& visit);

}  // namespace darkroom::api::console
