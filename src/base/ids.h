// Identifiers as distinct types: 16 bytes, made as UUIDv7 so that later ones sort later.
// Text forms: task_<32 hex> for tasks (contract), key_<32 hex>, acct_<32 hex>, wh_<32 hex> for webhooks,
// user_<32 hex> and session_<32 hex> for the people of the console;
// req_<UUIDv4 with dashes> for requests.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/pen.h"
#include "base/random.h"

namespace darkroom {

using IdBytes = std::array<std::uint8_t, 16>;

// Two lower-case digits a byte, into memory that holds them all; gives their end.
char* write_hex(std::span<const std::uint8_t> bytes, char* at);
// 32 lower-case hex digits.
std::string to_hex(const IdBytes& bytes);
// Exactly 32 hex digits, lower case; nothing otherwise.
std::optional<IdBytes> parse_hex_id(std::string_view text);
// RFC 9562 version 7: 48 bits of milliseconds, then random.
IdBytes make_uuid_v7(WallTime now, Random& random);

template <class Tag>
struct Id {
  IdBytes bytes{};

  static Id make(WallTime now, Random& random) { return Id{make_uuid_v7(now, random)}; }
  // `prefix_` + 32 hex digits; nothing if the text has another shape.
  static std::optional<Id> parse(std::string_view text) {
    if (!text.starts_with(Tag::kPrefix)) return std::nullopt;
    auto bytes = parse_hex_id(text.substr(Tag::kPrefix.size()));
    if (!bytes) return std::nullopt;
    return Id{*bytes};
  }
  std::string hex() const { return to_hex(bytes); }
  std::string text() const {
    Pen pen(Tag::kPrefix.size() + 2 * bytes.size());
    put(pen);
    return pen.take();
  }
  void put(Pen& pen) const {
    pen.put(Tag::kPrefix);
    write_hex(bytes, pen.claim(2 * bytes.size()));
  }
  friend auto operator<=>(const Id&, const Id&) = default;
};

struct TaskTag {
  static constexpr std::string_view kPrefix = "task_";
};
struct AccountTag {
  static constexpr std::string_view kPrefix = "acct_";
};
struct KeyTag {
  static constexpr std::string_view kPrefix = "key_";
};
struct GrantTag {
  static constexpr std::string_view kPrefix = "grant_";
};
struct WebhookTag {
  static constexpr std::string_view kPrefix = "wh_";
};
struct UserTag {
  static constexpr std::string_view kPrefix = "user_";
};
struct SessionTag {
  static constexpr std::string_view kPrefix = "session_";
};

using TaskId = Id<TaskTag>;
using AccountId = Id<AccountTag>;
using KeyId = Id<KeyTag>;
using GrantId = Id<GrantTag>;
using WebhookId = Id<WebhookTag>;
using UserId = Id<UserTag>;
using SessionId = Id<SessionTag>;

// `req_` + UUIDv4 with dashes. Every request has one, so it owns no memory. Its first 48 bits are the milliseconds in
// which it came, so that what it made is found by the time in that one's own id, without an index over random bytes.
struct RequestId {
  std::array<char, 40> text;
  operator std::string_view() const { return {text.data(), text.size()}; }
};
RequestId make_request_id(WallTime now, Random& random);
// When the request of that id came; nothing if the text has another shape.
std::optional<WallTime> parse_request_time(std::string_view request_id);

}  // namespace darkroom

template <class Tag>
struct std::hash<darkroom::Id<Tag>> {
  std::size_t operator()(const darkroom::Id<Tag>& id) const noexcept {
    std::uint64_t tail = 0;  // the random half: well spread already
    std::memcpy(&tail, id.bytes.data() + 8, sizeof(tail));
    return static_cast<std::size_t>(tail);
  }
};
