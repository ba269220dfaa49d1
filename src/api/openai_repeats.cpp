#include "api/openai_repeats.h"

namespace darkroom::api {
namespace {

constexpr seconds kWaiting = std::chrono::hours(1);      // longer than any request waits
constexpr seconds kOpen = std::chrono::minutes(15);      // for a client to come back
constexpr seconds kAnswered = std::chrono::seconds(30);  // for one that has missed its answer

}  // namespace

void OpenAiRepeats::note(const account::Digest& request, TaskId task, SteadyTime now) {
  auto state = state_.lock();
  const std::uint64_t number = ++state->last_number;
  state->entries[request] = {task, number, now + kWaiting, false};
  state->order.emplace_back(number, request);
  while (state->order.size() > most_) {
    const auto& [oldest, digest] = state->order.front();
    const auto found = state->entries.find(digest);
    if (found != state->entries.end() && found->second.number == oldest) state->entries.erase(found);
    state->order.pop_front();
  }
}

void OpenAiRepeats::note_answer(const account::Digest& request, TaskId task, bool open, SteadyTime now) {
  auto state = state_.lock();
  const auto found = state->entries.find(request);
  if (found == state->entries.end() || found->second.task != task) return;
  found->second.open = open;
  found->second.until = now + (open ? kOpen : kAnswered);
}

std::optional<TaskId> OpenAiRepeats::find(const account::Digest& request, bool is_retry, SteadyTime now) {
  auto state = state_.lock();
  const auto found = state->entries.find(request);
  if (found == state->entries.end() || found->second.until <= now) return std::nullopt;
  return is_retry || found->second.open ? std::optional(found->second.task) : std::nullopt;
}

bool OpenAiRepeats::knows(const account::Digest& request) { return state_.lock()->entries.contains(request); }

}  // namespace darkroom::api
