// Who belongs to an account.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

Answer list_members(Visit& visit);
Answer add_member(Visit& visit);
Answer put_member(Visit& visit);
Answer remove_member(Visit& visit);

}  // namespace darkroom::api::console
