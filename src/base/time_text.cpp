#include "base/time_text.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string_view>

namespace darkroom {
namespace {

// Reads from the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Exactly so many digits.
  std::optional<int> number(std::size_t digits) {
    if (rest_.size() < digits) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  // What stands behind a dot, as milliseconds.
  std::optional<int> fraction() {
    int millis = 0;
    std::size_t digits = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++digits) {
      if (digits < 3) millis = millis * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    for (std::size_t missing = digits; missing < 3; ++missing) millis *= 10;
    return digits > 0 ? std::optional(millis) : std::nullopt;
  }

 private:
  std::string_view rest_;
};

std::optional<WallTime> read_date(Cursor& text) {
  const auto year = text.number(4);
  if (!year || !text.take('-')) return std::nullopt;
  const auto month = text.number(2);
  if (!month || !text.take('-')) return std::nullopt;
  const auto day = text.number(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date));
}

// "08:49:37.123"
std::optional<milliseconds> read_time_of_day(Cursor& text) {
  const auto hour = text.number(2);
  if (!hour || *hour > 23 || !text.take(':')) return std::nullopt;
  const auto minute = text.number(2);
  if (!minute || *minute > 59 || !text.take(':')) return std::nullopt;
  const auto second = text.number(2);
  if (!second || *second > 59) return std::nullopt;
  milliseconds time = std::chrono::hours(*hour) + std::chrono::minutes(*minute) + seconds(*second);
  if (!text.take('.')) return time;
  const auto fraction = text.fraction();
  if (!fraction) return std::nullopt;
  return time + milliseconds(*fraction);
}

// "Z", or what the clock there is ahead of UTC.
std::optional<milliseconds> read_offset(Cursor& text) {
  if (text.take('Z') || text.take('z')) return milliseconds(0);
  const bool ahead = text.take('+');
  if (!ahead && !text.take('-')) return std::nullopt;
  const auto hours = text.number(2);
  if (!hours || *hours > 23 || !text.take(':')) return std::nullopt;
  const auto minutes = text.number(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const milliseconds offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return ahead ? offset : -offset;
}

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

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  Cursor cursor(text);
  const auto date = read_date(cursor);
  if (!date || cursor.at_end()) return date;
  if (!cursor.take('T') && !cursor.take('t') && !cursor.take(' ')) return std::nullopt;
  const auto time = read_time_of_day(cursor);
  if (!time) return std::nullopt;
  const auto offset = read_offset(cursor);
  if (!offset || !cursor.at_end()) return std::nullopt;
  return *date + *time - *offset;
}

}  // namespace darkroom
