#include "ledger/usage.h"

namespace darkroom::ledger {

Usage& Usage::operator+=(const Usage& more) {
  tasks += more.tasks;
  completed += more.completed;
  failed += more.failed;
  cancelled += more.cancelled;
  outputs += more.outputs;
  attempts += more.attempts;
  held += more.held;
  captured += more.captured;
  refunded += more.refunded;
  cost += more.cost;
  return *this;
}

Usage Usage::operator-() const {
  return {-tasks, -completed, -failed, -cancelled, -outputs, -attempts, -held, -captured, -refunded, -cost};
}

std::int64_t hour_of(WallTime time) { return std::chrono::floor<std::chrono::hours>(time).time_since_epoch().count(); }
std::int64_t day_of(WallTime time) { return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count(); }
WallTime hour_begins(std::int64_t hour) { return WallTime(std::chrono::hours(hour)); }

std::int64_t month_of(WallTime time) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  return std::int64_t{static_cast<int>(day.year())} * 12 + static_cast<unsigned>(day.month()) - 1;
}

WallTime month_begins(std::int64_t month) {
  const std::chrono::year year(static_cast<int>(month / 12));
  return std::chrono::sys_days(year / std::chrono::month(static_cast<unsigned>(month % 12 + 1)) / 1);
}

}  // namespace darkroom::ledger
