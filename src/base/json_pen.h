// JSON written by hand into a Pen, for what every request prints: no tree is built, no name is looked at twice.
// Threads: one. Names are literals that need no escape; texts must be UTF-8.
#pragma once

#include <concepts>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/pen.h"

namespace darkroom::json {

// The text with its quotes, escaped where it must be.
void put_string(Pen& pen, std::string_view text);
// True if such a string is the text itself between quotes.
bool needs_no_escape(std::string_view text);
void put_value(Pen& pen, const value& tree);
void put_object(Pen& pen, const object& tree);

// One object, member after member; end() closes it.
class ObjectPen {
 public:
  explicit ObjectPen(Pen& pen) : pen_(pen) {}
  void end() {
    if (before_ == '{') pen_.put('{');
    pen_.put('}');
  }

  // The value is written next, by the caller.
  [[gnu::always_inline]] Pen& member(std::string_view name) {
    pen_.put(before_);
    before_ = ',';
    pen_.put('"');
    pen_.put(name);
    pen_.put("\":");
    return pen_;
  }
  [[gnu::always_inline]] void text(std::string_view name, std::string_view value) { put_string(member(name), value); }
  // For a value that puts itself, and is never in need of an escape.
  void plain(std::string_view name, const auto& value) {
    member(name).put('"');
    value.put(pen_);
    pen_.put('"');
  }
  [[gnu::always_inline]] void number(std::string_view name, std::integral auto value) {
    member(name).put_number(value);
  }
  void flag(std::string_view name, bool value) { member(name).put(value ? "true" : "false"); }
  // `print(Pen&, const T&)` writes one element.
  template <class T, class Print>
  void list(std::string_view name, const std::vector<T>& values, Print print) {
    char before = '[';
    member(name);
    for (const T& value : values) {
      pen_.put(before);
      before = ',';
      print(pen_, value);
    }
    pen_.put(before == '[' ? "[]" : "]");
  }

  // Members that are left out when they have their default.
  void text_unless_empty(std::string_view name, std::string_view value) {
    if (!value.empty()) text(name, value);
  }
  void number_unless_zero(std::string_view name, std::integral auto value) {
    if (value != 0) number(name, value);
  }
  void flag_if_true(std::string_view name, bool value) {
    if (value) flag(name, true);
  }

 private:
  Pen& pen_;
  char before_ = '{';  // what stands before the next member
};

}  // namespace darkroom::json
