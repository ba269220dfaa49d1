#include "task/history.h"

#include <algorithm>
#include <array>

#include "base/json.h"

namespace darkroom::task {
namespace {

using Outcome = PastAttempt::Outcome;

// Far above what a task may have: a number in a log never makes us reserve memory.
constexpr std::int64_t kMostCalls = 1'000;

std::optional<std::int64_t> find_number(const json::object& data, std::string_view name) {
  const json::value* value = json::find(data, name);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

std::string find_text(const json::object& data, std::string_view name) {
  const json::value* value = json::find(data, name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Outcome read_outcome(std::string_view word) {
  if (word == "delivered") return Outcome::delivered;
  return word == "unknown" ? Outcome::unknown : Outcome::failed;
}

class History {
 public:
  void add(const Event& event) {
    const Result<json::object> data = json::parse_object(event.data);
    if (!data) return;
    if (event.type == "completed" || event.type == "failed" || event.type == "cancelled") return give_up(event.at);
    const auto index = find_number(*data, "call");
    if (!index || *index < 0 || *index >= kMostCalls) return;
    if (calls_.size() <= static_cast<std::size_t>(*index)) calls_.resize(static_cast<std::size_t>(*index) + 1);
    add(event, *data, calls_[static_cast<std::size_t>(*index)].attempts);
  }

  std::vector<PastCall> take() { return std::move(calls_); }

 private:
  using Attempts = std::vector<PastAttempt>;

  static void add(const Event& event, const json::object& data, Attempts& attempts) {
    if (event.type == "started") {
      begin(event, attempts).upstream = find_text(data, "upstream");
    } else if (event.type == "postponed") {
      postpone(event, data, attempts);
    } else if (attempts.empty() || attempts.back().outcome != Outcome::running) {
      return;
    } else if (event.type == "running") {
      attempts.back().accepted_at = event.at;
    } else if (event.type == "saving") {
      if (!attempts.back().saving_at) attempts.back().saving_at = event.at;
    } else if (event.type == "attempt") {
      end(event, data, attempts.back());
    }
  }

  static PastAttempt& begin(const Event& event, Attempts& attempts) {
    PastAttempt attempt;
    attempt.number = static_cast<std::uint32_t>(attempts.size() + 1);
    attempt.started_at = event.at;
    return attempts.emplace_back(std::move(attempt));
  }

  // One wait, however often it was looked at.
  static void postpone(const Event& event, const json::object& data, Attempts& attempts) {
    if (attempts.empty() || attempts.back().outcome != Outcome::postponed) {
      begin(event, attempts).outcome = Outcome::postponed;
    }
    attempts.back().ended_at = event.at;
    if (const auto until = find_number(data, "until")) attempts.back().wait_until = from_millis(*until);
  }

  static void end(const Event& event, const json::object& data, PastAttempt& attempt) {
    attempt.ended_at = event.at;
    attempt.outcome = read_outcome(find_text(data, "outcome"));
    attempt.upstream_status = static_cast<int>(find_number(data, "status").value_or(0));
    attempt.error = find_code(find_text(data, "error"));
    attempt.detail = find_text(data, "detail");
    if (const auto wait = find_number(data, "next_try_in_ms")) attempt.wait_until = event.at + milliseconds(*wait);
  }

  void give_up(WallTime at) {
    for (PastCall& call : calls_) {
      if (call.attempts.empty() || call.attempts.back().outcome != Outcome::running) continue;
      call.attempts.back().outcome = Outcome::given_up;
      call.attempts.back().ended_at = at;
    }
  }

  std::vector<PastCall> calls_;
};

}  // namespace

std::string_view print(Outcome outcome) {
  constexpr std::array<std::string_view, 6> kNames = {"running", "delivered", "failed",
                                                      "unknown", "postponed", "given_up"};
  return kNames.at(static_cast<std::size_t>(outcome));
}

std::vector<PastCall> history_of(const std::vector<Event>& events) {
  History history;
  for (const Event& event : events) history.add(event);
  return history.take();
}

}  // namespace darkroom::task
