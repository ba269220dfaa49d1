// Pen: writes a text out of many small pieces. Room is made ahead, so a piece costs one comparison and one copy; what a
// literal holds is copied by a few moves, for which it has to be inlined. Threads: one. Owns the text until take().
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace darkroom {

class Pen {
 public:
  // `room`: bytes that will probably be written; more is fine. Goes on behind `text`, whose memory it uses.
  explicit Pen(std::size_t room = 256, std::string text = {}) : text_(std::move(text)) { stretch(text_.size(), room); }
  Pen(const Pen&) = delete;
  Pen& operator=(const Pen&) = delete;

  // The whole text; nothing may be written after it.
  std::string take() {
    text_.resize(size());
    return std::move(text_);
  }

  [[gnu::always_inline]] void put(char c) {
    make_room(1);
    *at_++ = c;
  }
  [[gnu::always_inline]] void put(std::string_view text) {
    make_room(text.size());
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void put_number(std::integral auto number) {
    constexpr std::size_t kMostBytes = 20;  // of 64 bits, with their sign
    make_room(kMostBytes);
    at_ = std::to_chars(at_, end_, number).ptr;
  }
  // Memory for so many bytes, all of which the caller writes.
  char* claim(std::size_t bytes) {
    make_room(bytes);
    return std::exchange(at_, at_ + bytes);
  }

 private:
  std::size_t size() const { return static_cast<std::size_t>(at_ - text_.data()); }
  [[gnu::always_inline]] void make_room(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) [[unlikely]]
      stretch(size(), std::max(bytes, text_.size()));
  }
  [[gnu::noinline]] void stretch(std::size_t written, std::size_t room) {
    text_.resize(written + room);
    at_ = text_.data() + written;
    end_ = text_.data() + text_.size();
  }

  std::string text_;
  char* at_;
  char* end_;
};

}  // namespace darkroom
