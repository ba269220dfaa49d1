// What webhooks tell: the end of a task, as a message whose bytes are made once and never change.
// Threads: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace darkroom::webhook {

enum class EventType : std::uint8_t { task_completed = 0, task_failed = 1, task_cancelled = 2 };
inline constexpr EventType kEventTypes[] = {EventType::task_completed, EventType::task_failed,
                                            EventType::task_cancelled};

std::string_view print(EventType type);  // "task.completed", …
std::optional<EventType> parse_event_type(std::string_view text);
// "task.completed, task.failed, task.cancelled"
std::string print_event_types();

class EventSet {
 public:
  static EventSet all();
  // A bit an event type; bits that stand for none are left out.
  static EventSet from_bits(std::uint8_t bits);
  void add(EventType type) { bits_ |= bit(type); }
  bool contains(EventType type) const { return (bits_ & bit(type)) != 0; }
  bool empty() const { return bits_ == 0; }
  std::uint8_t bits() const { return bits_; }
  friend bool operator==(const EventSet&, const EventSet&) = default;

 private:
  static std::uint8_t bit(EventType type) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(type)); }
  std::uint8_t bits_ = 0;
};

// The end of one task, as every receiver reads it.
struct Message {
  EventType type = EventType::task_completed;
  std::string body;  // {"type", "timestamp", "data"}
};

// `answer` is what a poll of the task shows, a JSON object.
Message make_message(EventType type, WallTime at, std::string_view answer);

// "msg_" and the 32 hex digits of the task: one event has one id, at whatever endpoint and however often it arrives.
std::string print_message_id(TaskId task);
std::optional<TaskId> parse_message_id(std::string_view text);

}  // namespace darkroom::webhook
