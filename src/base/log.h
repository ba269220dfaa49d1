// Structured logs: one line an event, `key=value` text on a terminal, one JSON object a line otherwise. Written to
// stderr. Threads: any. Lines are buffered and flushed within a second and at exit; a warning or worse is flushed at
// once. Secrets cannot be logged: Secret has no path into a field but "***".
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

#include "base/pen.h"
#include "base/secret.h"

namespace darkroom::log {

enum class Level : std::uint8_t { debug, info, warn, error, off };
enum class Format : std::uint8_t { automatic, text, json };

struct Field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, bool v) : key(k), value(v) {}
  Field(std::string_view k, double v) : key(k), value(v) {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Field(std::string_view k, T v) : key(k), value(static_cast<std::int64_t>(v)) {}
  Field(std::string_view k, const Secret&) : key(k), value(std::string_view("***")) {}
};

// Call once, before threads start. Before that, lines of level info and worse go to stderr as text.
void configure(Level level, Format format);
bool enabled(Level level);
// `event` is a short constant such as "request" or "attempt".
void write(Level level, std::string_view event, std::initializer_list<Field> fields);
// Everything written so far is on its way to the terminal or file when this returns.
void flush();

// A line that is written field after field, for one that every request writes. Ask enabled() first.
class Line {
 public:
  Line(Level level, std::string_view event);
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line();  // writes it

  void text(std::string_view key, std::string_view value);
  // A value of our own making: not empty, no blank, and nothing that needs an escape.
  [[gnu::always_inline]] void plain(std::string_view key, std::string_view value) {
    begin(key);
    if (json_) pen_.put('"');
    pen_.put(value);
    if (json_) pen_.put('"');
  }
  [[gnu::always_inline]] void number(std::string_view key, std::int64_t value) {
    begin(key);
    pen_.put_number(value);
  }
  void real(std::string_view key, double value);
  [[gnu::always_inline]] void flag(std::string_view key, bool value) {
    begin(key);
    pen_.put(value ? "true" : "false");
  }

 private:
  static constexpr std::size_t kUsualBytes = 512;

  [[gnu::always_inline]] void begin(std::string_view key) {
    pen_.put(json_ ? std::string_view(",\"") : std::string_view(" "));
    pen_.put(key);
    pen_.put(json_ ? std::string_view("\":") : std::string_view("="));
  }

  Level level_;
  bool json_;
  Pen pen_;
};

inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::info, event, fields);
}
inline void warn(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::warn, event, fields);
}
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::error, event, fields);
}

}  // namespace darkroom::log
