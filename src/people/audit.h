// The log of changes: who did what to what, from where. Each row has the digest of the row before it in its own, so
// that a row which was altered, left out or put in between shows. The rows before and after hold no secrets: whoever
// makes a row masks them.
// Threads: plain values and free functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "people/digest.h"

namespace darkroom::people {

// A change as it is made; its place in the log comes with the store.
struct Deed {
  WallTime at{};
  std::optional<UserId> actor;  // absent: the operator at the command line, or the server itself
  std::string actor_email;
  std::string action;  // "key.create"
  std::optional<AccountId> account;
  std::string account_name;
  std::string target;  // an id or a name
  std::string before;  // JSON, or empty
  std::string after;
  std::string address;
  std::string request_id;
};

struct AuditRow {
  std::uint64_t number = 0;  // 1, 2, 3, …
  Deed deed;
  Digest digest{};
};

// The digest of a row that follows the one with `previous`, which is all zero for the first.
Digest chain(const Digest& previous, std::uint64_t number, const Deed& deed);

struct AuditReport {
  std::uint64_t rows = 0;
  std::uint64_t first_bad = 0;  // the number of the first row that is not what was written; 0: all are
};
// Rows in the order of their numbers, one call each.
class AuditCheck {
 public:
  void add(const AuditRow& row);
  const AuditReport& report() const { return report_; }

 private:
  Digest previous_{};
  AuditReport report_;
};

}  // namespace darkroom::people
