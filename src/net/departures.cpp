#include "net/departures.h"

#include <utility>

namespace darkroom::net {

Departures::Watch::Watch(Departures& departures, std::string_view request_id, Callback left)
    : departures_(departures), request_id_(request_id) {
  bool has_left = false;
  {
    auto entries = departures_.entries_.lock();
    Entry& entry = (*entries)[request_id_];
    has_left = entry.has_left;
    if (!has_left) entry.left = std::move(left);
  }
  if (has_left) left();
}

Departures::Watch::~Watch() {
  auto entries = departures_.entries_.lock();
  const auto found = entries->find(request_id_);
  if (found == entries->end()) return;
  found->second.left = {};
  if (!found->second.has_left) entries->erase(found);
}

bool Departures::has_left(std::string_view request_id) {
  auto entries = entries_.lock();
  const auto found = entries->find(request_id);
  return found != entries->end() && found->second.has_left;
}

void Departures::tell(std::string_view request_id) {
  Callback left;
  {
    auto entries = entries_.lock();
    Entry& entry = (*entries)[request_id];
    entry.has_left = true;
    left = std::exchange(entry.left, {});
  }
  if (left) left();
}

void Departures::forget(std::string_view request_id) {
  auto entries = entries_.lock();
  const auto found = entries->find(request_id);
  if (found != entries->end()) entries->erase(found);
}

}  // namespace darkroom::net
