// Probes: free calls (provider/free_calls.h) that show whether an upstream is well, and what is left of its account.
// What one has shown, and the rule of when one is due. They are no part of the success rate, and never paid.
// Threads: values and pure functions. No secrets in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/decimal.h"
#include "provider/free_calls.h"

namespace darkroom::engine {

enum class ProbePolicy : std::uint8_t {
  off,       // nothing is asked but what tasks ask, and a test by an operator
  recovery,  // while the breaker is open or a key rests; and the balance
  always     // all the time
};
std::string_view print(ProbePolicy policy);  // "off", "recovery", "always"
std::optional<ProbePolicy> parse_probe_policy(std::string_view word);

// Where a vendor's balance is read that its adapter does not know.
struct BalanceSource {
  std::string path;   // from the host's root on; empty: as the adapter says
  std::string field;  // JSON pointer
  std::string unit;
};

struct ProbeSettings {
  ProbePolicy policy = ProbePolicy::off;
  BalanceSource balance;
};

struct ProbeFinding {
  WallTime at{};  // when it was asked
  milliseconds took{0};
  provider::Condition condition = provider::Condition::well;
  std::string detail;  // why it is not well, such as "HTTP 503"
  bool is_well() const { return condition == provider::Condition::well; }
};

struct BalanceReading {
  WallTime at{};
  provider::Balance balance;
};

struct ProbeStatus {
  bool is_possible = false;  // the vendor has a free call
  ProbePolicy policy = ProbePolicy::off;
  std::optional<ProbeFinding> last;
  bool tells_balance = false;             // the vendor, or the configuration, says where it is read
  std::optional<BalanceReading> balance;  // the last that could be read; nothing: unknown
  std::string balance_trouble;            // why the last try to read it failed; empty: it did not
};

inline constexpr milliseconds kProbeDeadline{10'000};      // of one free call
inline constexpr milliseconds kProbePause{60'000};         // between two probes of an upstream that works
inline constexpr milliseconds kTroubledProbePause{5'000};  // while it rests, and the last has shown that it is not well
inline constexpr milliseconds kCalmProbePause{30'000};     // while it rests, though the last has shown it well
inline constexpr milliseconds kBalancePause{300'000};      // between two looks at a balance
inline constexpr milliseconds kTestPause{5'000};           // between two tests of an upstream by operators
inline constexpr double kProbeJitter = 0.2;                // of a pause, up and down

// `jitter`: uniform in [0, 1). Nothing: never, as things are.
std::optional<WallTime> next_probe(ProbePolicy policy, bool is_troubled, const std::optional<ProbeFinding>& last,
                                   double jitter);
std::optional<WallTime> next_balance(const ProbeStatus& status, std::optional<WallTime> last_asked, double jitter);

}  // namespace darkroom::engine
