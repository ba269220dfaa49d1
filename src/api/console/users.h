// Users as operators manage them, and the links with which they set a password.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

Answer list_users(Visit& visit);
Answer create_user(Visit& visit);
Answer change_user(Visit& visit);
Answer invite_user(Visit& visit);
Answer accept_invite(Visit& visit);

json::object print_user(const people::Person& person);

}  // namespace darkroom::api::console
