// What every store decides alike about people.
// Threads: no state.
#pragma once

#include <vector>

#include "store/people_store.h"

namespace darkroom::store {

// Of the sessions of one user, those that must go so that one more has room: idle longest first.
std::vector<SessionId> sessions_without_room(std::vector<people::Session> sessions);
bool matches(const DeedFilter& filter, const people::Deed& deed);
// What the one who accepts an invite does is their own deed.
void name_actor(people::Deed& deed, const people::User& user);

}  // namespace darkroom::store
