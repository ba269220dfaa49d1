// A string that must not leave by accident: formatting or logging it prints "***". Redaction is by type, not by
// pattern. Owns its text and wipes it when it ends. Only reveal() shows it; search for that word to see every use.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace darkroom {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&& other) noexcept : text_(other.text_) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe();
      text_ = other.text_;
      other.wipe();
    }
    return *this;
  }
  ~Secret() { wipe(); }

  std::string_view reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  void wipe() {
    for (char& c : text_) *const_cast<volatile char*>(&c) = 0;
    text_.clear();
  }
  std::string text_;
};

}  // namespace darkroom

template <>
struct fmt::formatter<darkroom::Secret> : fmt::formatter<std::string_view> {
  auto format(const darkroom::Secret& secret, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format(secret.empty() ? "" : "***", context);
  }
};
