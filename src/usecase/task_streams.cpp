#include "usecase/task_streams.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace darkroom::usecase {

bool TaskStreams::Follower::wants(const task::Task& task) const {
  if (interest_.scope == Scope::none) return false;
  return interest_.scope == Scope::all || task.account == interest_.account;
}

void TaskStreams::Follower::put(const TaskRef& task) {
  auto pending = pending_.lock();
  if (pending->tasks.size() >= kMostPending && !pending->tasks.contains(task->id)) {
    pending->tasks.clear();
    pending->has_missed = true;
  }
  pending->tasks.insert_or_assign(task->id, task);
}

TaskStreams::News TaskStreams::Follower::take() {
  Pending taken;
  std::swap(taken, *pending_.lock());
  News news;
  news.has_missed = taken.has_missed;
  for (auto& [id, task] : taken.tasks) news.tasks.push_back(std::move(task));
  return news;
}

// No task has such an id: its time would be that of the year 10889.
TaskId TaskStreams::make_name() {
  TaskId name;
  name.bytes.fill(0xff);
  const std::uint64_t number = names_.fetch_add(1, std::memory_order_relaxed);
  std::memcpy(name.bytes.data() + 8, &number, sizeof(number));
  return name;
}

std::unique_ptr<TaskStreams::Follower> TaskStreams::follow(Loop& loop, Interest interest) {
  const TaskId name = make_name();
  std::optional<TaskFeed::Ticket> ticket = feed_.enter(loop, name, TaskFeed::Until::step);
  if (!ticket) return nullptr;
  auto followers = followers_.lock();
  const auto of_one =
      std::ranges::count_if(*followers, [&](const Follower* one) { return one->interest_.person == interest.person; });
  if (followers->size() >= kMostFollowers || static_cast<std::size_t>(of_one) >= kMostOfOne) return nullptr;
  auto follower = std::make_unique<Follower>(*this, std::move(interest), name, std::move(*ticket));
  followers->insert(follower.get());
  count_.store(followers->size(), std::memory_order_relaxed);
  return follower;
}

void TaskStreams::leave(const Follower& follower) {
  auto followers = followers_.lock();
  followers->erase(const_cast<Follower*>(&follower));
  count_.store(followers->size(), std::memory_order_relaxed);
}

void TaskStreams::publish(const task::Task& task) {
  if (followers() == 0) return;
  TaskRef copy;
  auto followers = followers_.lock();
  for (Follower* follower : *followers) {
    if (!follower->wants(task)) continue;
    if (!copy) copy = std::make_shared<const task::Task>(task);
    follower->put(copy);
    feed_.publish(follower->name_, false);
  }
}

}  // namespace darkroom::usecase
