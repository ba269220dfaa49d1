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

#include "base/json.h"
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

// Writes to memory that is known to be large enough: a line is measured once, and its many small pieces are copied
// without asking each time whether they fit.
class Pen {
 public:
  explicit Pen(char* at) : at_(at) {}
  char* at() const { return at_; }
  void put(char c) { *at_++ = c; }
  void put(std::string_view text) {
    if (text.empty()) return;  // it may point nowhere
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }

 private:
  char* at_;
};

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

// Of a value in JSON with its quotes: an escaped byte takes six.
std::size_t most_bytes(const Field& field) {
  constexpr std::size_t kNumberBytes = 32;
  const auto* text = std::get_if<std::string_view>(&field.value);
  return text != nullptr ? 6 * text->size() + 2 : kNumberBytes;
}

void put_value(Pen& pen, const Field& field, bool json) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    if (json ? json::needs_no_escape(*text) : is_plain(*text)) {
      if (json) pen.put('"');
      pen.put(*text);
      if (json) pen.put('"');
    } else {
      std::string escaped;
      json::append_string(escaped, *text);
      pen.put(escaped);
    }
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    const fmt::format_int digits(*number);
    pen.put({digits.data(), digits.size()});
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    pen = Pen(fmt::format_to(pen.at(), "{:.6g}", *real));
  } else {
    pen.put(std::get<bool>(field.value) ? std::string_view("true") : std::string_view("false"));
  }
}

void put_json(Pen& pen, Level level, std::string_view event, std::initializer_list<Field> fields) {
  pen.put(R"({"time":")");
  put_time(pen);
  pen.put(R"(","level":")");
  pen.put(kLevelNames[static_cast<std::size_t>(level)]);
  pen.put(R"(","event":")");
  pen.put(event);
  pen.put('"');
  for (const Field& field : fields) {
    pen.put(R"(,")");
    pen.put(field.key);
    pen.put(R"(":)");
    put_value(pen, field, true);
  }
  pen.put("}\n");
}

void put_text(Pen& pen, Level level, std::string_view event, std::initializer_list<Field> fields) {
  constexpr std::size_t kLevelWidth = 5;
  const std::string_view name = kLevelNames[static_cast<std::size_t>(level)];
  put_time(pen);
  pen.put(' ');
  pen.put(name);
  for (std::size_t i = name.size(); i <= kLevelWidth; ++i) pen.put(' ');
  pen.put(event);
  for (const Field& field : fields) {
    pen.put(' ');
    pen.put(field.key);
    pen.put('=');
    put_value(pen, field, false);
  }
  pen.put('\n');
}

}  // namespace

void configure(Level level, Format format) {
  Settings& current = settings();
  current.level = level;
  current.json = format == Format::json || (format == Format::automatic && ::isatty(STDERR_FILENO) == 0);
  current.sink.flush_regularly();
}

bool enabled(Level level) { return level >= settings().level; }

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  constexpr std::size_t kHeadBytes = 96;   // time, level and what stands around them
  constexpr std::size_t kAroundField = 4;  // comma, quotes, colon
  Settings& current = settings();
  if (level < current.level) return;
  std::size_t most = kHeadBytes + event.size();
  for (const Field& field : fields) most += field.key.size() + kAroundField + most_bytes(field);
  thread_local std::string line;
  if (line.size() < most) line.resize(most);
  Pen pen(line.data());
  if (current.json) {
    put_json(pen, level, event, fields);
  } else {
    put_text(pen, level, event, fields);
  }
  const auto size = static_cast<std::size_t>(pen.at() - line.data());
  current.sink.append({line.data(), size}, level >= Level::warn);
}

void flush() { settings().sink.flush(); }

}  // namespace darkroom::log
