#include "people/session.h"

#include <algorithm>

namespace darkroom::people {

WallTime expires_at(const Session& session) {
  return std::min<WallTime>(session.last_seen_at + kIdleAtMost, session.created_at + kLivesAtMost);
}

bool is_live(const Session& session, WallTime now) { return now < expires_at(session); }

bool is_seen_late(const Session& session, WallTime now) { return now - session.last_seen_at >= kSeenEvery; }

std::string csrf_token(const Secret& session_token) {
  return print_hex(sha256({"darkroom console: csrf\n", session_token.reveal()}));
}

}  // namespace darkroom::people
