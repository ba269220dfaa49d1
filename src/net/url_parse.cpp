#include "net/url_parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/http_message.h"

namespace darkroom::net {
namespace {

constexpr std::size_t kMaxNameBytes = 253;
constexpr std::size_t kMaxLabelBytes = 63;

// Zones that are special by RFC 6761 and its followers, or that never stood in the public root.
constexpr std::array<std::string_view, 17> kSpecialZones = {
    "localhost", "localdomain", "local",   "internal", "intranet", "private", "corp", "home", "lan",
    "arpa",      "onion",       "invalid", "test",     "example",  "alt",     "svc",  "i2p"};
constexpr std::array<std::string_view, 1> kMetadataNames = {"metadata.tencentyun.com"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_letter(char c) { return c >= 'a' && c <= 'z'; }

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower;
}

std::unexpected<Error> refuse(std::string_view why) {
  return fail(Code::address_refused, fmt::format("the address is refused: {}", why));
}

bool is_dns_label(std::string_view label) {
  if (label.empty() || label.size() > kMaxLabelBytes || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) { return is_lower_letter(c) || is_digit(c) || c == '-'; });
}

// Letters, digits and hyphens in labels; the last label begins with a letter, so that no parser takes it for a number.
bool is_dns_name(std::string_view host) {
  if (host.empty() || host.size() > kMaxNameBytes) return false;
  for (;;) {
    const std::size_t dot = host.find('.');
    const std::string_view label = host.substr(0, dot);
    if (!is_dns_label(label)) return false;
    if (dot == std::string_view::npos) return is_lower_letter(label.front());
    host.remove_prefix(dot + 1);
  }
}

// `text` is what stands between "//" and the path, without port. Fills host and literal.
Status parse_host(std::string_view text, Target& target) {
  if (text.empty()) return refuse("it names no host");
  if (text.front() == '[') {
    const auto address = IpAddress::parse(text.substr(1, text.size() - 2));
    if (!address || address->is_v4) return refuse("the brackets hold no IPv6 address");
    target.literal = address;
    target.host = address->text();
    return {};
  }
  target.literal = IpAddress::parse(text);
  target.host = to_lower(text);
  if (target.literal) return {};
  if (target.host.back() == '.') target.host.pop_back();
  if (!is_dns_name(target.host)) return refuse("the host is neither a DNS name nor an address in its usual form");
  return {};
}

Status parse_authority(std::string_view authority, Target& target) {
  if (authority.find('@') != std::string_view::npos) return refuse("it carries a user name or password");
  std::size_t host_end = authority.find(':');
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return refuse("a bracket is not closed");
    host_end = close + 1 == authority.size() ? std::string_view::npos : close + 1;
  }
  DR_TRY(parse_host(authority.substr(0, host_end), target));
  target.port = target.scheme == "https" ? 443 : 80;
  if (host_end == std::string_view::npos) return {};
  const std::string_view port = authority.substr(host_end + 1);
  const bool is_plain = authority[host_end] == ':' && !port.empty() && port.size() <= 5 && port.front() != '0' &&
                        std::all_of(port.begin(), port.end(), is_digit);
  if (!is_plain) return refuse("the port is not a number in its usual form");
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), target.port);
  if (error != std::errc()) return refuse("the port is out of range");
  return {};
}

// What RFC 3986 does not allow in a path or query is percent-encoded, as browsers do; escapes stay as they are.
void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kUnsafe = "\"<>`{}^|";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && kUnsafe.find(c) == std::string_view::npos) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", byte);
    }
  }
}

// "." and ".." taken out, in plain and escaped spelling, so that what is sent is what every parser would send.
std::string remove_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  bool ends_in_slash = false;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    path.remove_prefix(segment.size());
    std::string plain = to_lower(segment);
    for (std::size_t at = plain.find("%2e"); at != std::string::npos; at = plain.find("%2e")) plain.replace(at, 3, ".");
    ends_in_slash = plain == "." || plain == "..";
    if (plain == ".." && !kept.empty()) kept.pop_back();
    if (!ends_in_slash) kept.push_back(segment);
  }
  std::string out;
  for (const std::string_view segment : kept) {
    out += '/';
    out += segment;
  }
  if (ends_in_slash || out.empty()) out += '/';
  return out;
}

std::string origin_of(const Target& target) {
  const bool is_v6 = target.literal && !target.literal->is_v4;
  std::string origin = target.scheme + "://" + (is_v6 ? '[' + target.host + ']' : target.host);
  if (target.port != (target.scheme == "https" ? 443 : 80)) origin += fmt::format(":{}", target.port);
  return origin;
}

bool has_forbidden_byte(std::string_view url) {
  return std::any_of(url.begin(), url.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f || c == '\\';
  });
}

}  // namespace

bool is_special_name(std::string_view host) {
  const std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos) return true;
  const std::string_view zone = host.substr(dot + 1);
  return std::find(kSpecialZones.begin(), kSpecialZones.end(), zone) != kSpecialZones.end() ||
         std::find(kMetadataNames.begin(), kMetadataNames.end(), host) != kMetadataNames.end();
}

Result<Target> parse_url(std::string_view url) {
  if (url.empty()) return refuse("it is empty");
  if (url.size() > kMaxUrlBytes) return refuse(fmt::format("it is longer than {} bytes", kMaxUrlBytes));
  if (has_forbidden_byte(url)) return refuse("it holds a blank, control character or backslash");
  Target target;
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return refuse("it does not begin with http:// or https://");
  target.scheme = to_lower(url.substr(0, scheme_end));
  if (target.scheme != "http" && target.scheme != "https") return refuse("only http and https are fetched");

  std::string_view rest = url.substr(scheme_end + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  DR_TRY(parse_authority(authority, target));
  // Parsers disagree on where the host ends when there is no path and an '@' follows.
  if (!rest.starts_with('/') && rest.find('@') != std::string_view::npos)
    return refuse("an '@' follows without a path");
  rest = rest.substr(0, rest.find('#'));
  const std::string_view path = rest.substr(0, rest.find('?'));
  append_encoded(target.path_and_query, remove_dot_segments(path));
  append_encoded(target.path_and_query, rest.substr(path.size()));
  target.url = origin_of(target) + target.path_and_query;
  return target;
}

Result<std::string> resolve_location(const Target& base, std::string_view location) {
  if (location.empty() || location.size() > kMaxUrlBytes) return refuse("the redirect names no usable address");
  const std::size_t mark = location.find_first_of(":/?#");
  if (mark != std::string_view::npos && location[mark] == ':') return std::string(location);
  if (location.starts_with("//")) return base.scheme + ':' + std::string(location);
  const std::string_view base_path = std::string_view(base.path_and_query).substr(0, base.path_and_query.find('?'));
  std::string absolute = origin_of(base);
  if (location.front() == '?' || location.front() == '#') {
    absolute += base_path;
  } else if (location.front() != '/') {
    absolute += base_path.substr(0, base_path.rfind('/') + 1);
  }
  absolute += location;
  return absolute;
}

}  // namespace darkroom::net
