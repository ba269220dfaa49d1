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
  const Line name(task.account, task.upstream);
  auto& line = ready_[name];
  if (line.empty()) turns_.push_back(name);
  line.push_back(std::move(task));
}

std::optional<store::QueuedTask> ReadyQueue::take(WallTime now,
                                                  const std::function<bool(const store::QueuedTask&)>& may_run) {
  admit_due(now);
  for (auto turn = turns_.begin(); turn != turns_.end(); ++turn) {
    const auto line = ready_.find(*turn);
    if (!may_run(line->second.front())) continue;
    store::QueuedTask task = std::move(line->second.front());
    line->second.pop_front();
    known_.erase(task.id);
    if (line->second.empty()) {
      ready_.erase(line);
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
