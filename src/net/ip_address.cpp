#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <expected>

#include "net/url_guard.h"

namespace darkroom::net {
namespace {

constexpr std::size_t kV4Offset = 12;
constexpr int kV4MappedBits = 96;
constexpr std::size_t kMostNetworkText = 64;  // shown of a text that is none

// One decimal number without sign, blanks or leading zeros, at most `largest`.
std::optional<unsigned> parse_decimal(std::string_view text, unsigned largest) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > largest) return std::nullopt;
  return number;
}

std::optional<std::array<std::uint8_t, 4>> parse_dotted_quad(std::string_view text) {
  std::array<std::uint8_t, 4> quad{};
  for (std::size_t i = 0; i < quad.size(); ++i) {
    const std::size_t dot = i + 1 < quad.size() ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return std::nullopt;
    const auto octet = parse_decimal(text.substr(0, dot), 255);
    if (!octet) return std::nullopt;
    quad[i] = static_cast<std::uint8_t>(*octet);
    text.remove_prefix(std::min(text.size(), dot + 1));
  }
  return quad;
}

std::optional<std::uint16_t> parse_hex_group(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  std::uint16_t group = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), group, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return group;
}

// Groups of one side of "::" (or of the whole text), written as bytes; a dotted quad may only be the last of them.
bool parse_groups(std::string_view text, bool may_end_in_quad, std::vector<std::uint8_t>& bytes) {
  if (text.empty()) return true;
  for (;;) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (group.find('.') != std::string_view::npos) {
      const auto quad = parse_dotted_quad(group);
      if (!quad || !may_end_in_quad || colon != std::string_view::npos) return false;
      bytes.insert(bytes.end(), quad->begin(), quad->end());
      return true;
    }
    const auto value = parse_hex_group(group);
    if (!value) return false;
    bytes.push_back(static_cast<std::uint8_t>(*value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(*value & 0xff));
    if (colon == std::string_view::npos) return true;
    text.remove_prefix(colon + 1);
  }
}

std::optional<IpAddress> parse_v6(std::string_view text) {
  IpAddress address;
  std::vector<std::uint8_t> head;
  std::vector<std::uint8_t> tail;
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    if (!parse_groups(text, true, head) || head.size() != 16) return std::nullopt;
  } else {
    const std::string_view rest = text.substr(gap + 2);
    if (rest.find("::") != std::string_view::npos) return std::nullopt;
    if (!parse_groups(text.substr(0, gap), false, head) || !parse_groups(rest, true, tail)) return std::nullopt;
    if (head.size() + tail.size() > 14) return std::nullopt;  // "::" stands for one group at least
  }
  std::copy(head.begin(), head.end(), address.bytes.begin());
  std::copy_backward(tail.begin(), tail.end(), address.bytes.end());
  return address;
}

bool in_block(const IpAddress& address, const IpAddress& network, int prefix_bits) {
  if (address.is_v4 != network.is_v4) return false;
  const int bits = prefix_bits + (network.is_v4 ? kV4MappedBits : 0);
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                  network.bytes.begin())) {
    return false;
  }
  if (bits % 8 == 0) return true;
  const int mask = 0xff << (8 - bits % 8) & 0xff;
  return (address.bytes[whole] & mask) == (network.bytes[whole] & mask);
}

// True if no bit is set behind the prefix: "10.1.2.3/8" says one thing and means another.
bool is_network(const IpAddress& network, int prefix_bits) {
  for (int bit = prefix_bits + (network.is_v4 ? kV4MappedBits : 0); bit < 128; ++bit) {
    if ((network.bytes[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1) != 0) return false;
  }
  return true;
}

bool is_mapped(const IpAddress& address) {
  constexpr std::array<std::uint8_t, kV4Offset> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return !address.is_v4 && std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin());
}

// "network/bits", or what is wrong with it.
std::expected<IpNetwork, std::string_view> read_network(std::string_view cidr) {
  const std::size_t slash = cidr.find('/');
  const auto network = IpAddress::parse(cidr.substr(0, slash));
  if (!network) return std::unexpected("the network is no IP address");
  const auto bits = parse_decimal(cidr.substr(slash + 1), network->is_v4 ? 32 : 128);
  if (!bits) return std::unexpected("the number of bits is out of range");
  const int prefix_bits = static_cast<int>(*bits);
  if (!is_network(*network, prefix_bits)) return std::unexpected("the network has bits set behind its prefix");
  return IpNetwork{*network, prefix_bits};
}

struct Block {
  std::string_view network;
  int prefix_bits;
};

// IANA's special-purpose IPv4 registry, multicast, the reserved class, and one host agent on a public-looking address.
constexpr std::array<Block, 20> kRefusedV4 = {{
    {"0.0.0.0", 8},      {"10.0.0.0", 8},     {"100.64.0.0", 10},   {"127.0.0.0", 8},        {"169.254.0.0", 16},
    {"172.16.0.0", 12},  {"192.0.0.0", 24},   {"192.0.2.0", 24},    {"192.31.196.0", 24},    {"192.52.193.0", 24},
    {"192.88.99.0", 24}, {"192.168.0.0", 16}, {"192.175.48.0", 24}, {"198.18.0.0", 15},      {"198.51.100.0", 24},
    {"203.0.113.0", 24}, {"224.0.0.0", 4},    {"240.0.0.0", 4},     {"255.255.255.255", 32}, {"168.63.129.16", 32},
}};
// Only 2000::/3 is global unicast at all; these are the special blocks inside it (Teredo, ORCHID and benchmarking lie
// in 2001::/23). Mapped, compatible, translated, NAT64, local and multicast addresses all lie outside 2000::/3.
constexpr Block kGlobalV6 = {"2000::", 3};
constexpr std::array<Block, 5> kRefusedV6 = {{
    {"2001::", 23},
    {"2001:db8::", 32},
    {"2002::", 16},
    {"2620:4f:8000::", 48},
    {"3fff::", 20},
}};

struct ParsedBlock {
  IpAddress network;
  int prefix_bits;
};

template <std::size_t n>
std::array<ParsedBlock, n> parse_blocks(const std::array<Block, n>& blocks) {
  std::array<ParsedBlock, n> parsed{};
  for (std::size_t i = 0; i < n; ++i) parsed[i] = {*IpAddress::parse(blocks[i].network), blocks[i].prefix_bits};
  return parsed;
}

// ISATAP embeds an IPv4 address behind 0000:5efe or 0200:5efe in the interface identifier, under any prefix.
bool is_isatap(const IpAddress& address) {
  return (address.bytes[8] & 0xfd) == 0 && address.bytes[9] == 0 && address.bytes[10] == 0x5e &&
         address.bytes[11] == 0xfe;
}

std::string v6_text(const std::array<std::uint8_t, 16>& bytes) {
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
  // The longest run of two or more zero groups, the first of equals, becomes "::" (RFC 5952).
  std::size_t best = 0;
  std::size_t best_length = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t length = 0;
    while (i + length < 8 && groups[i + length] == 0) ++length;
    if (length > best_length) {
      best = i;
      best_length = length;
    }
    i += length;
  }
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) {
    if (best_length > 1 && i == best) {
      text += "::";
      i += best_length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    text += fmt::format("{:x}", groups[i]);
  }
  return text;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find(':') != std::string_view::npos) return parse_v6(text);
  const auto quad = parse_dotted_quad(text);
  if (!quad) return std::nullopt;
  IpAddress address;
  address.is_v4 = true;
  address.bytes[10] = address.bytes[11] = 0xff;
  std::copy(quad->begin(), quad->end(), address.bytes.begin() + kV4Offset);
  return address;
}

std::string IpAddress::text() const {
  if (!is_v4) return v6_text(bytes);
  return fmt::format("{}.{}.{}.{}", bytes[12], bytes[13], bytes[14], bytes[15]);
}

bool is_public_address(const IpAddress& address) {
  static const auto refused_v4 = parse_blocks(kRefusedV4);
  static const auto refused_v6 = parse_blocks(kRefusedV6);
  static const IpAddress global_v6 = *IpAddress::parse(kGlobalV6.network);
  const auto holds = [&address](const ParsedBlock& block) {
    return in_block(address, block.network, block.prefix_bits);
  };
  if (address.is_v4) return std::none_of(refused_v4.begin(), refused_v4.end(), holds);
  return in_block(address, global_v6, kGlobalV6.prefix_bits) && !is_isatap(address) &&
         std::none_of(refused_v6.begin(), refused_v6.end(), holds);
}

Result<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return fail(Code::bad_config, fmt::format("\"{}\" is no network: {}", text.substr(0, kMostNetworkText), why));
  };
  if (text.find('/') != std::string_view::npos) {
    const auto network = read_network(text);
    if (!network) return refuse(network.error());
    if (is_mapped(network->network)) return refuse("write the IPv4 network itself");
    return *network;
  }
  const auto address = IpAddress::parse(text);
  if (!address) return refuse("write an address, or network/bits such as 10.1.0.0/16 or 2001:db8::/32");
  if (is_mapped(*address)) return refuse("write the IPv4 address itself");
  return IpNetwork{*address, address->is_v4 ? 32 : 128};
}

bool IpNetwork::contains(IpAddress address) const {
  address.is_v4 |= is_mapped(address);
  return in_block(address, network, prefix_bits);
}

std::string IpNetwork::text() const { return fmt::format("{}/{}", network.text(), prefix_bits); }

Result<AllowedRange> AllowedRange::parse(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return fail(Code::bad_config, fmt::format("\"{}\" is no allowed range: {}", text, why));
  };
  AllowedRange range;
  std::string_view cidr = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find("]:");
    if (close == std::string_view::npos) return refuse("an IPv6 range with a port is written [network/bits]:port");
    cidr = text.substr(1, close - 1);
    port = text.substr(close + 2);
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos && colon == text.rfind(':')) {
    cidr = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  if (cidr.size() != text.size()) {
    const auto number = parse_decimal(port, 65535);
    if (!number || *number == 0) return refuse("the port must be a number from 1 to 65535");
    range.port = static_cast<std::uint16_t>(*number);
  }
  if (cidr.find('/') == std::string_view::npos) {
    return refuse("write network/bits, such as 10.1.0.0/16 or 127.0.0.1/32:9000");
  }
  const auto network = read_network(cidr);
  if (!network) return refuse(network.error());
  range.network = network->network;
  range.prefix_bits = network->prefix_bits;
  return range;
}

bool AllowedRange::matches(const IpAddress& address, std::uint16_t target_port) const {
  if (!in_block(address, network, prefix_bits)) return false;
  return port ? *port == target_port : is_default_port(target_port);
}

}  // namespace darkroom::net
