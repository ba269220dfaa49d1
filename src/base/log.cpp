#include "base/log.h"

#include <spdlog/details/log_msg.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <mutex>
#include <string>

#include "base/json.h"

namespace darkroom::log {
namespace {

constexpr std::size_t kBufferBytes = 64 << 10;  // flushed when full, so memory stays bounded
constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warn", "error"};

// Collects lines and writes them with few system calls. A closed or full stderr loses lines, never blocks the caller
// for longer than one write.
class BufferedStderr final : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    buffer_.append(message.payload.data(), message.payload.size());
    buffer_ += '\n';
    if (buffer_.size() >= kBufferBytes) flush_();
  }
  void flush_() override {
    std::string_view rest = buffer_;
    while (!rest.empty()) {
      const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
      if (written <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    buffer_.clear();
  }

 private:
  std::string buffer_;
};

struct Settings {
  Level level = Level::info;
  bool json = false;
  std::shared_ptr<spdlog::logger> logger;
};

Settings& settings() {
  static Settings instance = [] {
    Settings made;
    made.logger = std::make_shared<spdlog::logger>("darkroom", std::make_shared<BufferedStderr>());
    made.logger->set_level(spdlog::level::trace);
    made.logger->flush_on(spdlog::level::warn);
    return made;
  }();
  return instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    case Level::off: break;
  }
  return spdlog::level::off;
}

// RFC 3339 with milliseconds; the text of the second is kept, since most lines share it with the one before.
void append_time(std::string& out) {
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  thread_local std::chrono::sys_seconds cached{};
  thread_local std::string text;
  if (second != cached || text.empty()) {
    const std::time_t time = std::chrono::system_clock::to_time_t(second);
    std::tm parts{};
    gmtime_r(&time, &parts);
    text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                       parts.tm_hour, parts.tm_min, parts.tm_sec);
    cached = second;
  }
  out += text;
  // Digit by digit: a formatter costs more than the rest of the line's head.
  const auto millis = static_cast<int>((now - second).count());
  const auto digit = [](int value) { return static_cast<char>('0' + value % 10); };
  out += {'.', digit(millis / 100), digit(millis / 10), digit(millis), 'Z'};
}

bool is_plain(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f) return false;
  }
  return true;
}

void append_value(std::string& out, const Field& field, bool json) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    if (!json && is_plain(*text)) {
      out += *text;
    } else {
      json::append_string(out, *text);
    }
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    out += fmt::format_int(*number).c_str();
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    fmt::format_to(std::back_inserter(out), "{:.6g}", *real);
  } else {
    out += std::get<bool>(field.value) ? "true" : "false";
  }
}

void format_json(std::string& line, Level level, std::string_view event, std::initializer_list<Field> fields) {
  line += "{\"time\":\"";
  append_time(line);
  line += "\",\"level\":\"";
  line += kLevelNames[static_cast<std::size_t>(level)];
  line += "\",\"event\":\"";
  line += event;
  line += '"';
  for (const Field& field : fields) {
    line += ",\"";
    line += field.key;
    line += "\":";
    append_value(line, field, true);
  }
  line += '}';
}

void format_text(std::string& line, Level level, std::string_view event, std::initializer_list<Field> fields) {
  append_time(line);
  fmt::format_to(std::back_inserter(line), " {:5} {}", kLevelNames[static_cast<std::size_t>(level)], event);
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_value(line, field, false);
  }
}

}  // namespace

void configure(Level level, Format format) {
  Settings& current = settings();
  current.level = level;
  current.json = format == Format::json || (format == Format::automatic && ::isatty(STDERR_FILENO) == 0);
  spdlog::register_logger(current.logger);
  spdlog::flush_every(std::chrono::seconds(1));
}

bool enabled(Level level) { return level >= settings().level; }

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  const Settings& current = settings();
  if (level < current.level) return;
  thread_local std::string line;
  line.clear();
  if (current.json) {
    format_json(line, level, event, fields);
  } else {
    format_text(line, level, event, fields);
  }
  current.logger->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void flush() { settings().logger->flush(); }

}  // namespace darkroom::log
