#include "app/config_value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/text.h"

namespace darkroom::app {
namespace {

using std::chrono::seconds;

constexpr seconds kLongestDuration = std::chrono::days(3650);

template <class T>
std::optional<T> parse_whole(std::string_view text) {
  T number{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<seconds> parse_duration(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const auto count = parse_whole<std::int32_t>(text.substr(0, text.size() - 1));
  if (!count || *count < 1) return std::nullopt;
  switch (text.back()) {
    case 's': return seconds(*count);
    case 'm': return std::chrono::minutes(*count);
    case 'h': return std::chrono::hours(*count);
    case 'd': return std::chrono::days(*count);
    default: return std::nullopt;
  }
}

bool is_name_or_address(std::string_view host) {
  return !host.empty() &&
         std::ranges::all_of(host, [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '-'; });
}

}  // namespace

ConfigValue ConfigValue::from_text(std::string text) {
  ConfigValue value(std::move(text));
  value.is_loose_text_ = true;
  return value;
}

ConfigValue ConfigValue::of_truth(bool truth) {
  ConfigValue value{std::string()};
  value.content_ = truth;
  return value;
}

std::unexpected<Error> ConfigValue::refuse(std::string_view allowed) const {
  struct Shown {
    std::string operator()(const std::string& text) const { return print_toml_string(text); }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(const std::vector<std::string>&) const { return "a list"; }
    std::string operator()(const Unusable& other) const { return other.kind; }
    std::string operator()(bool) const { return "a truth value"; }
  };
  return fail(Code::bad_config, fmt::format("must be {}, not {}", allowed, std::visit(Shown{}, content_)));
}

Result<std::string> ConfigValue::string() const {
  if (const auto* text = std::get_if<std::string>(&content_)) return *text;
  return refuse("a string");
}

Result<std::string> ConfigValue::word(std::span<const std::string_view> words) const {
  const auto* text = std::get_if<std::string>(&content_);
  if (text && std::ranges::find(words, *text) != words.end()) return *text;
  std::vector<std::string> quoted;
  for (const std::string_view word : words) quoted.push_back(print_toml_string(word));
  if (quoted.size() == 1) return refuse(quoted.front());
  return refuse("one of " + fmt::format("{}", fmt::join(quoted, ", ")));
}

Result<std::int64_t> ConfigValue::integer(std::int64_t minimum, std::int64_t maximum) const {
  std::optional<std::int64_t> number;
  if (const auto* whole = std::get_if<std::int64_t>(&content_)) number = *whole;
  const auto* text = std::get_if<std::string>(&content_);
  if (text && is_loose_text_) number = parse_whole<std::int64_t>(trim(*text, kBlanksAndLineEnds));
  if (number && *number >= minimum && *number <= maximum) return *number;
  return refuse(fmt::format("a whole number from {} to {}", minimum, maximum));
}

Result<bool> ConfigValue::truth() const {
  if (const auto* truth = std::get_if<bool>(&content_)) return *truth;
  const auto* text = std::get_if<std::string>(&content_);
  if (text && is_loose_text_ && trim(*text, kBlanksAndLineEnds) == "true") return true;
  if (text && is_loose_text_ && trim(*text, kBlanksAndLineEnds) == "false") return false;
  return refuse("true or false");
}

Result<std::vector<std::string>> ConfigValue::list() const {
  if (const auto* list = std::get_if<std::vector<std::string>>(&content_)) return *list;
  if (const auto* text = std::get_if<std::string>(&content_)) {
    // A JSON object, such as a service account's key file, is one entry, whatever commas it has.
    const bool is_one = !is_loose_text_ || trim(*text, kBlanksAndLineEnds).starts_with('{');
    return is_one ? std::vector<std::string>{*text} : split_list(*text, ",\n");
  }
  return refuse("a list of strings");
}

Result<seconds> ConfigValue::duration() const {
  const auto* text = std::get_if<std::string>(&content_);
  const auto duration = text ? parse_duration(trim(*text, kBlanksAndLineEnds)) : std::nullopt;
  if (duration && *duration <= kLongestDuration) return *duration;
  return refuse("a duration up to ten years such as \"45s\", \"30m\", \"12h\" or \"7d\"");
}

std::string print_duration(seconds duration) {
  constexpr std::pair<std::int64_t, char> kUnits[] = {{86'400, 'd'}, {3'600, 'h'}, {60, 'm'}};
  for (const auto& [length, letter] : kUnits) {
    if (duration.count() > 0 && duration.count() % length == 0) {
      return fmt::format("{}{}", duration.count() / length, letter);
    }
  }
  return fmt::format("{}s", duration.count());
}

bool is_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !parse_whole<std::uint16_t>(text.substr(colon + 1))) return false;
  const std::string_view host = text.substr(0, colon);
  if (host.starts_with('[')) {
    if (!host.ends_with(']') || host.size() < 4) return false;
    return std::ranges::all_of(host.substr(1, host.size() - 2),
                               [](unsigned char c) { return std::isxdigit(c) || c == ':' || c == '.'; });
  }
  return is_name_or_address(host);
}

Result<std::string> parse_base_url(std::string_view text) {
  constexpr std::string_view kAllowed =
      "must be an http:// or https:// URL of host, port and path such as \"https://example.org/api\", not ";
  const auto refused = [&] { return fail(Code::bad_config, std::string(kAllowed) + print_toml_string(text)); };
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return refused();
  }
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const bool has_port = authority.rfind(':') != std::string_view::npos && !authority.ends_with(']');
  if (!is_host_port(has_port ? std::string(authority) : std::string(authority) + ":0")) return refused();
  const std::string_view path = rest.substr(authority.size());
  const bool plain = std::ranges::all_of(path, [](unsigned char c) {
    return c > ' ' && c < 0x7f && std::string_view("?#@\"\\<>").find(static_cast<char>(c)) == std::string_view::npos;
  });
  if (!plain) return refused();
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

std::vector<std::string> split_list(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    const std::string_view part = trim(text.substr(0, end), kBlanksAndLineEnds);
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::string print_toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace darkroom::app
