// Accounts, keys and callers. An account owns tasks and balances; a key speaks for its account and is known by its
// hash.
// Threads: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "account/key_limits.h"
#include "account/sha256.h"
#include "base/clock.h"
#include "base/ids.h"
#include "ledger/entry.h"

namespace darkroom::account {

using KeyHash = Digest;  // of the whole key text

struct Account {
  AccountId id;
  std::string name;
  WallTime created_at{};
};

struct KeyRecord {
  KeyId id;
  AccountId account;
  std::string account_name;
  ledger::Book book = ledger::Book::live;
  KeyHash hash{};
  std::string last4;
  std::string name;                 // free text, may be empty
  std::vector<std::string> models;  // allowed model ids; empty: all
  KeyLimits limits;
  WallTime created_at{};
  std::optional<WallTime> expires_at;
  std::optional<WallTime> revoked_at;
  std::optional<WallTime> last_used_at;  // kept to the minute
  bool is_console = false;               // with which the console itself submits; nobody has its text
};

// What is absent stays as it was.
struct KeyChange {
  LimitsChange limits = {};
  std::optional<std::string> name = {};
  std::optional<WallTime> expires_at = {};
};
KeyRecord changed(KeyRecord key, const KeyChange& change);

inline constexpr std::size_t kMaxAccountNameBytes = 64;
// Letters, digits, '.', '_', '-', '@', starting with a letter or digit.
bool is_valid_account_name(std::string_view name);

}  // namespace darkroom::account
