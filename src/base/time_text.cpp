#include "base/time_text.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string_view>

namespace darkroom {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Parts {
  std::chrono::weekday weekday;
  int year = 0;
  unsigned month = 0, day = 0;
  std::chrono::hh_mm_ss<milliseconds> clock;
};

Parts parts_of(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  return {std::chrono::weekday(day), static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()), std::chrono::hh_mm_ss<milliseconds>(time - day)};
}

}  // namespace

std::string print_rfc3339(WallTime time) {
  const Parts p = parts_of(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", p.year, p.month, p.day, p.clock.hours().count(),
                     p.clock.minutes().count(), p.clock.seconds().count(), p.clock.subseconds().count());
}

std::string print_http_date(WallTime time) {
  const Parts p = parts_of(time);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[p.weekday.c_encoding()], p.day,
                     kMonths[p.month - 1], p.year, p.clock.hours().count(), p.clock.minutes().count(),
                     p.clock.seconds().count());
}

}  // namespace darkroom
