// A delivery: one message on its way to one endpoint, with everything that was tried so far.
// Threads: plain values; the rules are pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "webhook/endpoint.h"
#include "webhook/event.h"

namespace darkroom::webhook {

// The waits after the first, second, … failed try, up to a tenth longer at random. The plan of Standard Webhooks 1.0.0;
// docs/WEBHOOKS.md shows it to customers.
inline constexpr seconds kRetryPlan[] = {seconds(5),
                                         std::chrono::minutes(5),
                                         std::chrono::minutes(30),
                                         std::chrono::hours(2),
                                         std::chrono::hours(5),
                                         std::chrono::hours(10),
                                         std::chrono::hours(14),
                                         std::chrono::hours(20),
                                         std::chrono::hours(24)};
inline constexpr seconds kLongestRetryAfter = std::chrono::hours(24);  // a receiver's wish beyond it is cut
inline constexpr std::size_t kAttemptsKept = 20;                       // the last ones of each delivery
inline constexpr seconds kLogKept = std::chrono::days(7);              // how long a delivery can be looked at

enum class DeliveryState : std::uint8_t {
  pending = 0,
  delivered = 1,
  exhausted = 2,  // the whole plan has failed
  dropped = 3,    // not tried further: 410, the endpoint was disabled or removed, or too many were waiting
};
std::string_view print(DeliveryState state);

// Deliveries that wait for each other: those of one endpoint, and of the callbacks of an account, which share its
// default endpoint, those to one origin. A receiver that does not answer holds up its own lane only.
struct Lane {
  WebhookId webhook;
  std::int64_t number = 0;  // of the callbacks' origin; 0: the endpoint's own
  friend auto operator<=>(const Lane&, const Lane&) = default;
};
// The number of the lane of a URL that a submit has accepted as its callback_url: the same for each URL of an origin,
// in every release, since it is stored.
std::int64_t lane_of_callback(std::string_view url);

inline constexpr std::size_t kAnswerKept = 1'024;

struct Attempt {
  WallTime at{};
  std::int64_t took_ms = 0;
  int status = 0;       // 0: no answer
  std::string problem;  // why there was none, in words for the customer
  std::string body;     // the beginning of the answer's, kAnswerKept bytes at most; empty if it is no text
};

struct Delivery {
  WebhookId webhook;
  TaskId task;
  AccountId account;
  std::string callback_url;  // the task's own; empty: the endpoint's URL at the time of the try
  std::int64_t lane = 0;     // Lane::number
  Message message;
  WallTime created_at{};
  DeliveryState state = DeliveryState::pending;
  std::optional<WallTime> due_at;   // exactly while pending
  std::uint32_t tries = 0;          // of the plan, which a re-send begins anew
  std::uint32_t attempt_count = 0;  // ever made
  std::vector<Attempt> attempts;    // the last kAttemptsKept
};

// A new delivery, due at once; dropped if its lane, of which so many wait, or all lanes of its endpoint are full.
Delivery make_delivery(const Endpoint& endpoint, TaskId task, std::string callback_url, Message message, WallTime now,
                       std::uint32_t pending_in_lane);

// What a receiver answered.
struct Answer {
  int status = 0;                           // 0: none
  std::optional<seconds> retry_after = {};  // its wish
  std::string problem = {};
  std::string body = {};  // as Attempt::body
};
struct Verdict {
  DeliveryState state = DeliveryState::pending;
  std::optional<WallTime> due_at;
};
// What becomes of the delivery after this try. `unit_random` in [0, 1) is the jitter.
Verdict judge(const Delivery& delivery, const Answer& answer, WallTime now, double unit_random);

// Notes a try and what became of it.
void add_attempt(Delivery& delivery, Attempt attempt, const Verdict& verdict);
// Due at once, with the whole plan before it.
void send_again(Delivery& delivery, WallTime now);
// No more tries, if it waits for one.
void drop(Delivery& delivery);

// Storage form: a JSON array. A text that we did not write gives Code::store_failed.
std::string print_attempts(const std::vector<Attempt>& attempts);
Result<std::vector<Attempt>> parse_attempts(std::string_view text);

}  // namespace darkroom::webhook
