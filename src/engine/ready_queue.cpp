#include "engine/ready_queue.h"

namespace darkroom::engine {

bool ReadyQueue::add(store::QueuedTask task) {
  if (is_full() || !known_.insert(task.id).second) return false;
  const WallTime due = task.due_at;
  later_.emplace(due, std::move(task));
  return true;
}

void ReadyQueue::admit_due(WallTime now) {
  while (!later_.empty() && later_.begin()->first <= now) {
    make_ready(std::move(later_.begin()->second));
    later_.erase(later_.begin());
  }
}

void ReadyQueue::make_ready(store::QueuedTask task) {
  const LineName name(task.account, task.upstream, task.others);
  const auto [place, is_new] = ready_.try_emplace(name);
  if (is_new) turns_.push_back(name);
  Line& line = place->second;
  const std::uint64_t number = next_number_++;
  auto& of_key = line.tasks[task.key];
  if (of_key.empty()) line.keys.emplace(number, task.key);
  of_key.push_back({number, std::move(task)});
}

std::optional<store::QueuedTask> ReadyQueue::take_from(Line& line, const KeyMayRun& key_may_run) {
  for (auto oldest = line.keys.begin(); oldest != line.keys.end(); ++oldest) {
    const KeyId key = oldest->second;
    if (key_may_run && !key_may_run(key)) continue;
    const auto of_key = line.tasks.find(key);
    store::QueuedTask task = std::move(of_key->second.front().task);
    of_key->second.pop_front();
    line.keys.erase(oldest);
    if (of_key->second.empty()) {
      line.tasks.erase(of_key);
    } else {
      line.keys.emplace(of_key->second.front().number, key);
    }
    return task;
  }
  return std::nullopt;
}

std::optional<store::QueuedTask> ReadyQueue::take(WallTime now, const LineMayRun& line_may_run,
                                                  const KeyMayRun& key_may_run) {
  admit_due(now);
  for (auto turn = turns_.begin(); turn != turns_.end(); ++turn) {
    const auto place = ready_.find(*turn);
    Line& line = place->second;
    if (!line_may_run(line.tasks.find(line.keys.begin()->second)->second.front().task)) continue;
    std::optional<store::QueuedTask> task = take_from(line, key_may_run);
    if (!task) continue;
    known_.erase(task->id);
    if (line.keys.empty()) {
      ready_.erase(place);
      turns_.erase(turn);
    } else {
      turns_.splice(turns_.end(), turns_, turn);  // behind everybody else
    }
    return task;
  }
  return std::nullopt;
}

std::optional<WallTime> ReadyQueue::next_due() const {
  if (later_.empty()) return std::nullopt;
  return later_.begin()->first;
}

}  // namespace darkroom::engine
