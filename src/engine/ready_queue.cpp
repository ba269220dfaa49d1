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
  const auto [place, is_new_way] = ways_.try_emplace(WayName(task.upstream, task.others, task.has_begun));
  if (is_new_way) turns_.push_back(&*place);
  Way& way = place->second;
  const auto [of_account, is_new_line] = way.lines.try_emplace(task.account);
  if (is_new_line) way.turns.push_back(task.account);
  Line& line = of_account->second;
  const std::uint64_t number = next_number_++;
  auto& of_key = line.tasks[task.key];
  if (of_key.empty()) line.keys.emplace(number, task.key);
  of_key.push_back({number, std::move(task)});
}

std::optional<store::QueuedTask> ReadyQueue::take(WallTime now, const Rules& rules) {
  admit_due(now);
  for (auto turn = turns_.begin(); turn != turns_.end(); ++turn) {
    Ways::value_type& way = **turn;
    std::optional<store::QueuedTask> task = take_from(way, rules);
    if (!task) continue;
    known_.erase(task->id);
    if (way.second.lines.empty()) {
      turns_.erase(turn);
      ways_.erase(way.first);
    } else {
      turns_.splice(turns_.end(), turns_, turn);  // behind everybody else
    }
    return task;
  }
  return std::nullopt;
}

std::optional<store::QueuedTask> ReadyQueue::take_from(Ways::value_type& named, const Rules& rules) {
  Way& way = named.second;
  if (way.turns.empty() || !rules.has_room(example_of(way))) return std::nullopt;
  for (auto turn = way.turns.begin(); turn != way.turns.end();) {
    const AccountId account = *turn;
    if (rules.account_may_run && !rules.account_may_run(account)) {
      aside_[account].push_back(&named);
      turn = way.turns.erase(turn);
      continue;
    }
    const auto line = way.lines.find(account);
    std::optional<store::QueuedTask> task = take_from(line->second, rules);
    if (!task) {
      ++turn;
      continue;
    }
    if (line->second.keys.empty()) {
      way.lines.erase(line);
      way.turns.erase(turn);
    } else {
      way.turns.splice(way.turns.end(), way.turns, turn);
    }
    return task;
  }
  return std::nullopt;
}

std::optional<store::QueuedTask> ReadyQueue::take_from(Line& line, const Rules& rules) {
  for (auto oldest = line.keys.begin(); oldest != line.keys.end(); ++oldest) {
    const KeyId key = oldest->second;
    if (rules.key_may_run && !rules.key_may_run(key)) continue;
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

const store::QueuedTask& ReadyQueue::example_of(const Way& way) {
  const Line& line = way.lines.find(way.turns.front())->second;
  return line.tasks.find(line.keys.begin()->second)->second.front().task;
}

void ReadyQueue::release(AccountId account) {
  const auto node = aside_.extract(account);
  if (node.empty()) return;
  for (Ways::value_type* way : node.mapped()) way->second.turns.push_back(account);
}

std::optional<WallTime> ReadyQueue::next_due() const {
  if (later_.empty()) return std::nullopt;
  return later_.begin()->first;
}

}  // namespace darkroom::engine
