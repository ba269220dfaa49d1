#include "base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <ctime>
#include <mutex>
#include <string>
#include <thread>

#include "base/json_pen.h"

namespace darkroom::log {
namespace {

constexpr std::size_t kBufferBytes = 64 << 10;  // flushed when full, so memory stays bounded
constexpr std::chrono::seconds kFlushEvery{1};
constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warn", "error"};

// Collects lines and writes them with few system calls. A closed or full stderr loses lines, never blocks the caller
// for longer than one write.
class BufferedStderr {
 public:
  ~BufferedStderr() {
    flusher_ = {};  // stops and joins
    flush();
  }
  void flush_regularly() {
    if (flusher_.joinable()) return;
    flusher_ = std::jthread([this](const std::stop_token& stop) {
      std::unique_lock lock(mutex_);
      while (!stop.stop_requested()) {
        wake_.wait_for(lock, stop, kFlushEvery, [] { return false; });
        write_out();
      }
    });
  }
  void append(std::string_view line, bool at_once) {
    const std::lock_guard lock(mutex_);
    buffer_ += line;
    if (at_once || buffer_.size() >= kBufferBytes) write_out();
  }
  void flush() {
    const std::lock_guard lock(mutex_);
    write_out();
  }

 private:
  void write_out() {
    std::string_view rest = buffer_;
    while (!rest.empty()) {
      const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
      if (written <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    buffer_.clear();
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::string buffer_;
  std::jthread flusher_;
};

struct Settings {
  Level level = Level::info;
  bool json = false;
  BufferedStderr sink;
};

Settings& settings() {
  static Settings instance;
  return instance;
}

// RFC 3339 with milliseconds; the text of the second is kept, since most lines share it with the one before.
void put_time(Pen& pen) {
  using std::chrono::milliseconds;
  const std::int64_t millis =
      std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const std::time_t second = millis / 1000;
  thread_local std::time_t cached = -1;
  thread_local std::array<char, 32> text;
  constexpr std::size_t kLength = std::string_view("2024-01-01T00:00:00").size();
  if (second != cached) {
    std::tm parts{};
    gmtime_r(&second, &parts);
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    cached = second;
  }
  pen.put({text.data(), kLength});
  const auto part = static_cast<int>(millis % 1000);
  pen.put('.');
  for (const int unit : {100, 10, 1}) pen.put(static_cast<char>('0' + part / unit % 10));
  pen.put('Z');
}

bool is_plain(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f) return false;
  }
  return true;
}

// The memory of a line is used again by the thread's next one.
std::string& spare_line() {
  thread_local std::string spare;
  return spare;
}

}  // namespace

void configure(Level level, Format format) {
  Settings& current = settings();
  current.level = level;
  current.json = format == Format::json || (format == Format::automatic && ::isatty(STDERR_FILENO) == 0);
  current.sink.flush_regularly();
}

bool enabled(Level level) { return level >= settings().level; }

Line::Line(Level level, std::string_view event)
    : level_(level), json_(settings().json), pen_(kUsualBytes, std::move(spare_line())) {
  const std::string_view name = kLevelNames[static_cast<std::size_t>(level)];
  if (json_) {
    pen_.put(R"({"time":")");
    put_time(pen_);
    pen_.put(R"(","level":")");
    pen_.put(name);
    pen_.put(R"(","event":")");
    pen_.put(event);
    pen_.put('"');
  } else {
    constexpr std::string_view kBlanks = "      ";  // the longest level and one between
    put_time(pen_);
    pen_.put(' ');
    pen_.put(name);
    pen_.put(kBlanks.substr(name.size()));
    pen_.put(event);
  }
}

Line::~Line() {
  pen_.put(json_ ? std::string_view("}\n") : std::string_view("\n"));
  std::string text = pen_.take();
  settings().sink.append(text, level_ >= Level::warn);
  text.clear();
  spare_line() = std::move(text);
}

void Line::text(std::string_view key, std::string_view value) {
  if (!json_ && is_plain(value)) return plain(key, value);
  begin(key);
  json::put_string(pen_, value);
}

void Line::real(std::string_view key, double value) {
  begin(key);
  std::array<char, 32> digits{};
  const auto end = fmt::format_to_n(digits.data(), digits.size(), "{:.6g}", value).out;
  pen_.put({digits.data(), end});
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  Line line(level, event);
  for (const Field& field : fields) {
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      line.text(field.key, *text);
    } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      line.number(field.key, *number);
    } else if (const auto* real = std::get_if<double>(&field.value)) {
      line.real(field.key, *real);
    } else {
      line.flag(field.key, std::get<bool>(field.value));
    }
  }
}

void flush() { settings().sink.flush(); }

}  // namespace darkroom::log
