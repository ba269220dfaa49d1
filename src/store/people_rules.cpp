#include "store/people_rules.h"

#include <algorithm>

namespace darkroom::store {

std::vector<SessionId> sessions_without_room(std::vector<people::Session> sessions) {
  std::ranges::sort(sessions, {}, &people::Session::last_seen_at);
  std::vector<SessionId> ids;
  for (std::size_t i = 0; i + people::kMostSessions <= sessions.size(); ++i) ids.push_back(sessions[i].id);
  return ids;
}

bool matches(const DeedFilter& filter, const people::Deed& deed) {
  if (filter.account && deed.account != filter.account) return false;
  if (filter.actor && deed.actor != filter.actor) return false;
  return filter.action.ends_with('.') ? deed.action.starts_with(filter.action)
                                      : filter.action.empty() || deed.action == filter.action;
}

void name_actor(people::Deed& deed, const people::User& user) {
  deed.actor = user.id;
  deed.actor_email = user.email;
  deed.target = user.id.text();
}

}  // namespace darkroom::store
