// The verbs of the memory store that look back.
#include <algorithm>

#include "store/memory/tables.h"

namespace darkroom::store {

std::vector<ledger::Entry> MemoryData::list_entries(const EntryFilter& filter) const {
  std::vector<ledger::Entry> found;
  const std::size_t limit = std::min(filter.limit, kMaxPage);
  auto place = filter.before ? entries_.lower_bound({filter.before->ref, filter.before->kind, 0}) : entries_.end();
  while (place != entries_.begin() && found.size() < limit) {
    const ledger::Entry& entry = (--place)->second;
    if (entry.account != filter.account || entry.book != filter.book) continue;
    if (entry.kind != ledger::Kind::upstream_loss) found.push_back(entry);
  }
  return found;
}

std::vector<ledger::Entry> MemoryData::list_task_entries(TaskId id) const {
  std::vector<ledger::Entry> found;
  for (auto place = entries_.lower_bound({id.bytes, ledger::Kind::grant, 0});
       place != entries_.end() && place->second.ref == id.bytes; ++place) {
    found.push_back(place->second);
  }
  return found;
}

MicroCredits MemoryData::sum_grants(AccountId account, ledger::Book book) const {
  std::int64_t sum = 0;
  for (const auto& [key, entry] : entries_) {
    const bool is_its = entry.account == account && entry.book == book;
    if (is_its && entry.kind == ledger::Kind::grant) sum += entry.amount.count();
  }
  return MicroCredits::from_count(sum);
}

std::optional<task::Task> MemoryData::find_request(const std::string& request_id) const {
  const std::optional<WallTime> came_at = parse_request_time(request_id);
  if (!came_at) return std::nullopt;
  const TaskId end = task::first_id_at(*came_at + kRequestWindow);
  std::size_t looked_at = 0;
  for (auto place = tasks_.lower_bound(task::first_id_at(*came_at));
       place != tasks_.end() && place->first < end && looked_at < kMostTasksOfWindow; ++place, ++looked_at) {
    if (place->second.plan.request_id == request_id) return place->second;
  }
  return std::nullopt;
}

}  // namespace darkroom::store
