#include "task/task.h"

#include <algorithm>

#include "base/check.h"

namespace darkroom::task {

std::string_view print(State state) {
  switch (state) {
    case State::queued: return "queued";
    case State::submitting: return "submitting";
    case State::running: return "running";
    case State::saving: return "saving";
    case State::completed: return "completed";
    case State::failed: return "failed";
    case State::cancelled: return "cancelled";
  }
  DR_CHECK(false);
}

bool is_ended(State state) { return state == State::completed || state == State::failed || state == State::cancelled; }

std::string_view public_status(State state) {
  switch (state) {
    case State::queued:
    case State::submitting:
    case State::running:
    case State::saving: return "processing";
    case State::completed: return "completed";
    case State::failed:
    case State::cancelled: return "failed";
  }
  DR_CHECK(false);
}

TaskId first_id_at(WallTime time) {
  TaskId id;
  const auto millis = static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_millis(time)));
  for (int byte = 0; byte < 6; ++byte) {
    id.bytes[static_cast<std::size_t>(byte)] = static_cast<std::uint8_t>(millis >> (40 - 8 * byte));
  }
  return id;
}

std::optional<Code> find_code(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(Code::bad_config); ++i) {
    if (info(static_cast<Code>(i)).name == name) return static_cast<Code>(i);
  }
  return std::nullopt;
}

std::vector<const Output*> outputs_of(const Task& task, OutputRole role) {
  std::vector<const Output*> outputs;
  for (const Call& call : task.progress.calls) {
    if (call.state != CallState::delivered) continue;
    for (const Output& output : call.outputs) {
      if (output.role == role) outputs.push_back(&output);
    }
  }
  return outputs;
}

}  // namespace darkroom::task
