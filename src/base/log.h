// Structured logs: one line an event, `key=value` text on a terminal, one JSON object a line otherwise. Written to
// stderr. Threads: any. Lines are buffered and flushed within a second and at exit; a warning or worse is flushed at
// once. Secrets cannot be logged: Secret has no path into a field but "***".
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

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
