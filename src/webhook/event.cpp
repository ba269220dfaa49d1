#include "webhook/event.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/time_text.h"

namespace darkroom::webhook {
namespace {

constexpr std::string_view kMessagePrefix = "msg_";

}  // namespace

std::string_view print(EventType type) {
  switch (type) {
    case EventType::task_completed: return "task.completed";
    case EventType::task_failed: return "task.failed";
    case EventType::task_cancelled: return "task.cancelled";
  }
  DR_CHECK(false);
}

std::optional<EventType> parse_event_type(std::string_view text) {
  for (const EventType type : kEventTypes) {
    if (print(type) == text) return type;
  }
  return std::nullopt;
}

std::string print_event_types() {
  std::string out;
  for (const EventType type : kEventTypes) {
    if (!out.empty()) out += ", ";
    out += print(type);
  }
  return out;
}

EventSet EventSet::all() {
  EventSet set;
  for (const EventType type : kEventTypes) set.add(type);
  return set;
}

EventSet EventSet::from_bits(std::uint8_t bits) {
  EventSet set;
  set.bits_ = bits & all().bits_;
  return set;
}

Message make_message(EventType type, WallTime at, std::string_view answer) {
  return {type, fmt::format(R"({{"type":"{}","timestamp":"{}","data":{}}})", print(type), print_rfc3339(at), answer)};
}

std::string print_message_id(TaskId task) { return std::string(kMessagePrefix) + task.hex(); }

std::optional<TaskId> parse_message_id(std::string_view text) {
  if (!text.starts_with(kMessagePrefix)) return std::nullopt;
  const auto bytes = parse_hex_id(text.substr(kMessagePrefix.size()));
  if (!bytes) return std::nullopt;
  return TaskId{*bytes};
}

}  // namespace darkroom::webhook
