#include "sandbox/words.h"

#include <algorithm>
#include <charconv>

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

// Takes a whole number off the front of `text`; nothing if there is none.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

// "503" or "503x2".
std::optional<Words::Fail> parse_fail(std::string_view text) {
  const auto status = take_number(text);
  if (!status || *status < 400 || *status > 599) return std::nullopt;
  Words::Fail fail{static_cast<int>(*status), std::nullopt};
  if (text.empty()) return fail;
  if (!text.starts_with('x')) return std::nullopt;
  text.remove_prefix(1);
  const auto times = take_number(text);
  if (!times || *times == 0 || *times > 1000 || !text.empty()) return std::nullopt;
  fail.times = static_cast<unsigned>(*times);
  return fail;
}

// "3s" or "250ms".
std::optional<milliseconds> parse_wait(std::string_view text) {
  const auto number = take_number(text);
  if (!number || *number > 1'000'000) return std::nullopt;
  const auto count = static_cast<milliseconds::rep>(*number);
  if (text == "s") return std::min(milliseconds(count * 1000), kLongestWait);
  if (text == "ms") return std::min(milliseconds(count), kLongestWait);
  return std::nullopt;
}

// "20MB" or "300KB".
std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto number = take_number(text);
  if (!number || *number > 1'000'000) return std::nullopt;
  if (text == "MB") return std::min(*number * 1'000'000, kMaxPictureBytes);
  if (text == "KB") return std::min(*number * 1'000, kMaxPictureBytes);
  return std::nullopt;
}

std::optional<unsigned> parse_partial(std::string_view text) {
  const auto number = take_number(text);
  if (!number || *number > 1000 || !text.empty()) return std::nullopt;
  return static_cast<unsigned>(*number);
}

// `word` without its '#'.
void read_word(Words& words, std::string_view word) {
  if (word == "moderated") words.moderated = true;
  if (word == "blocked") words.blocked = true;
  if (word == "hang") words.hang = true;
  if (word == "truncate") words.truncate = true;
  if (word == "textonly") words.text_only = true;
  if (word == "badimage") words.bad_image = true;

  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = word.substr(0, colon);
  const std::string_view value = word.substr(colon + 1);
  if (name == "fail") {
    if (const auto fail = parse_fail(value)) words.fail = fail;
  } else if (name == "slow") {
    if (const auto wait = parse_wait(value)) words.slow = *wait;
  } else if (name == "size") {
    if (const auto size = parse_size(value)) words.size_bytes = *size;
  } else if (name == "partial") {
    if (const auto partial = parse_partial(value)) words.partial = partial;
  }
}

}  // namespace

Words parse_words(std::string_view prompt) {
  Words words;
  while (!prompt.empty()) {
    const std::size_t end = std::min(prompt.find_first_of(kSpace), prompt.size());
    std::string_view word = prompt.substr(0, end);
    prompt.remove_prefix(std::min(end + 1, prompt.size()));
    while (!word.empty() && std::string_view(".,;!?").contains(word.back())) word.remove_suffix(1);
    if (word.starts_with('#')) read_word(words, word.substr(1));
  }
  return words;
}

}  // namespace darkroom::sandbox
