// Sessions of signed-in people, and one-time links. The cookie holds a token of which only the digest is kept; the
// token that a page sends with every change is made of the cookie's, so nothing more needs to be kept.
// Threads: plain values and free functions.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/secret.h"
#include "people/digest.h"

namespace darkroom::people {

inline constexpr std::string_view kSessionCookie = "__Host-darkroom_session";
inline constexpr seconds kIdleAtMost = std::chrono::minutes(30);  // between two requests
inline constexpr seconds kLivesAtMost = std::chrono::hours(12);
inline constexpr seconds kSeenEvery{60};          // how exactly last_seen_at is kept
inline constexpr std::size_t kMostSessions = 20;  // of one user; the one that was idle longest makes room
inline constexpr std::size_t kMostUserAgentBytes = 300;
inline constexpr seconds kInviteLives = std::chrono::hours(24);

struct Session {
  SessionId id;
  UserId user;
  Digest token{};
  WallTime created_at{};
  WallTime last_seen_at{};
  std::string address;  // where it was made
  std::string user_agent;
};

WallTime expires_at(const Session& session);
bool is_live(const Session& session, WallTime now);
// Should the store hear that the session has been seen?
bool is_seen_late(const Session& session, WallTime now);

// What X-CSRF-Token must say, for the session of that token.
std::string csrf_token(const Secret& session_token);

// A link that lets a user set a password, once.
struct Invite {
  Digest token{};
  UserId user;
  WallTime expires_at{};
};

}  // namespace darkroom::people
