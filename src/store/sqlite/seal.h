// Seal: what keeps the secrets of webhooks unreadable in the file: XChaCha20-Poly1305 under a key that is not in it,
// bound to the id of the row, so that a secret that is copied to another row opens nowhere. Connections have it as two
// functions of SQL, seal(id, text) and unseal(id, sealed); nothing stays nothing.
// Threads: immutable, shared by all connections, which it outlives. Owns the key and wipes it when it ends.
// Fails: what was sealed with another key, or has been changed, is damage to the file (SQLITE_CORRUPT).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "store/sqlite/database.h"

namespace darkroom::store::sqlite {

class Seal {
 public:
  static constexpr std::size_t kKeyBytes = 32;
  // 64 hex digits; nothing if it is anything else.
  static std::optional<Seal> parse(std::string_view key);

  explicit Seal(const std::array<std::uint8_t, kKeyBytes>& key) : key_(key) {}
  Seal(const Seal&) = default;
  Seal& operator=(const Seal&) = delete;
  ~Seal();

  // Never the same twice.
  std::string close(std::string_view owner, std::string_view text) const;
  std::optional<Secret> open(std::string_view owner, std::string_view sealed) const;

 private:
  std::array<std::uint8_t, kKeyBytes> key_;
};

// The seal of the database at `path`: under the key that is given, or under that of the file "PATH.key", which is made,
// for nobody else to read, unless something has been sealed before.
Result<std::unique_ptr<const Seal>> find_seal(Database& database, const std::string& path, const Secret& given);

// From now on statements of this connection can seal and unseal.
Status use_seal(Database& database, const Seal& seal);

// Once the tables are there: notes which seal it is that the file is used with, or refuses another one.
Status check_seal(Database& database, const std::string& path, const Secret& given);

}  // namespace darkroom::store::sqlite
