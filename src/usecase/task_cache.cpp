#include "usecase/task_cache.h"

#include <algorithm>
#include <utility>

namespace darkroom::usecase {

TaskCache::TaskCache(std::size_t capacity) : shard_capacity_(std::max<std::size_t>(capacity / kShards, 1)) {}

TaskViewRef TaskCache::find(TaskId id) {
  auto shard = shard_of(id).lock();
  const auto found = shard->slots.find(id);
  if (found == shard->slots.end()) return nullptr;
  const Slot& slot = found->second;
  if (task::is_ended(slot.view->state)) shard->ended.splice(shard->ended.end(), shard->ended, slot.place);
  return slot.view;
}

void TaskCache::put(TaskViewRef view) {
  const TaskId id = view->id;
  const bool ended = task::is_ended(view->state);
  auto shard = shard_of(id).lock();
  std::list<TaskId>& target = ended ? shard->ended : shard->running;

  if (const auto found = shard->slots.find(id); found != shard->slots.end()) {
    Slot& slot = found->second;
    const bool was_ended = task::is_ended(slot.view->state);
    if (was_ended && !ended) return;
    target.splice(target.end(), was_ended ? shard->ended : shard->running, slot.place);
    slot.view = std::move(view);
    return;
  }
  if (shard->slots.size() >= shard_capacity_) {
    std::list<TaskId>& victims = shard->ended.empty() ? shard->running : shard->ended;
    shard->slots.erase(victims.front());
    victims.pop_front();
  }
  target.push_back(id);
  shard->slots.emplace(id, Slot{std::move(view), std::prev(target.end())});
}

std::size_t TaskCache::size() {
  std::size_t sum = 0;
  for (Guarded<Shard>& shard : shards_) sum += shard.lock()->slots.size();
  return sum;
}

}  // namespace darkroom::usecase
