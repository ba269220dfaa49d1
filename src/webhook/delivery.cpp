#include "webhook/delivery.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "base/siphash.h"

namespace darkroom::webhook {
namespace {

constexpr int kGone = 410;
constexpr double kJitterShare = 0.1;

milliseconds jittered(milliseconds wait, double unit_random) {
  return wait + milliseconds(static_cast<std::int64_t>(static_cast<double>(wait.count()) * kJitterShare * unit_random));
}

// Scheme, host and port. The URL has passed the strict parser, so nothing but these stands before its path.
std::string origin_of(std::string_view url) {
  std::string origin(url.substr(0, url.find_first_of("/?#", url.find("://") + 3)));
  std::ranges::transform(origin, origin.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  const std::string_view usual_port = origin.starts_with("https:") ? ":443" : ":80";
  if (origin.ends_with(usual_port)) origin.resize(origin.size() - usual_port.size());
  return origin;
}

}  // namespace

std::string_view print(DeliveryState state) {
  switch (state) {
    case DeliveryState::pending: return "pending";
    case DeliveryState::delivered: return "delivered";
    case DeliveryState::exhausted: return "exhausted";
    case DeliveryState::dropped: return "dropped";
  }
  DR_CHECK(false);
}

// The key is no secret: whoever finds origins that collide makes them wait for each other in an account of their own.
std::int64_t lane_of_callback(std::string_view url) {
  return static_cast<std::int64_t>(siphash({}, origin_of(url))[0] >> 1);
}

Delivery make_delivery(const Endpoint& endpoint, TaskId task, std::string callback_url, Message message, WallTime now,
                       std::uint32_t pending_in_lane) {
  Delivery delivery;
  delivery.webhook = endpoint.id;
  delivery.task = task;
  delivery.account = endpoint.account;
  if (!callback_url.empty()) delivery.lane = lane_of_callback(callback_url);
  delivery.callback_url = std::move(callback_url);
  delivery.message = std::move(message);
  delivery.created_at = now;
  delivery.due_at = now;
  if (pending_in_lane >= kMostPending || endpoint.pending >= kMostCallbacksPending) drop(delivery);
  return delivery;
}

Verdict judge(const Delivery& delivery, const Answer& answer, WallTime now, double unit_random) {
  if (is_success(answer.status)) return {DeliveryState::delivered, {}};
  if (answer.status == kGone) return {DeliveryState::dropped, {}};
  if (delivery.tries >= std::size(kRetryPlan)) return {DeliveryState::exhausted, {}};
  milliseconds wait = jittered(kRetryPlan[delivery.tries], unit_random);
  if (answer.retry_after) wait = std::max<milliseconds>(wait, std::min(*answer.retry_after, kLongestRetryAfter));
  return {DeliveryState::pending, now + wait};
}

void add_attempt(Delivery& delivery, Attempt attempt, const Verdict& verdict) {
  if (delivery.attempts.size() == kAttemptsKept) delivery.attempts.erase(delivery.attempts.begin());
  delivery.attempts.push_back(std::move(attempt));
  ++delivery.attempt_count;
  ++delivery.tries;
  delivery.state = verdict.state;
  delivery.due_at = verdict.due_at;
}

void send_again(Delivery& delivery, WallTime now) {
  delivery.state = DeliveryState::pending;
  delivery.due_at = now;
  delivery.tries = 0;
}

void drop(Delivery& delivery) {
  if (delivery.state != DeliveryState::pending) return;
  delivery.state = DeliveryState::dropped;
  delivery.due_at.reset();
}

std::string print_attempts(const std::vector<Attempt>& attempts) {
  json::array list;
  for (const Attempt& attempt : attempts) {
    json::object row = {{"at", to_millis(attempt.at)}, {"took_ms", attempt.took_ms}, {"status", attempt.status}};
    if (!attempt.problem.empty()) row["problem"] = attempt.problem;
    if (!attempt.body.empty()) row["body"] = attempt.body;
    list.push_back(std::move(row));
  }
  return json::print(list);
}

Result<std::vector<Attempt>> parse_attempts(std::string_view text) {
  const Result<json::value> tree = json::parse(text);
  if (!tree || !tree->is_array()) return fail(Code::store_failed, "the attempts of a stored delivery cannot be read");
  std::vector<Attempt> attempts;
  for (const json::value& entry : tree->get_array()) {
    if (!entry.is_object()) return fail(Code::store_failed, "an attempt of a stored delivery cannot be read");
    const json::object& row = entry.get_object();
    attempts.push_back({from_millis(json::get_int(row, "at")), json::get_int(row, "took_ms"),
                        static_cast<int>(json::get_int(row, "status")), json::get_string(row, "problem"),
                        json::get_string(row, "body")});
  }
  return attempts;
}

}  // namespace darkroom::webhook
