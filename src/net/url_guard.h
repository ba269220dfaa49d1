// UrlGuard: the one component that decides which outside address may be contacted: references, vendors' result links,
// webhooks. Own strict parser (never a second one for the fetch), deny table of IANA special-purpose blocks, one
// resolution whose checked address is then pinned. Rules: docs/adr and the SSRF rules it cites. Threads: immutable
// after construction; resolve() blocks and belongs on a BlockingPool. Fails with Code::address_refused (text, address)
// or Code::connect_failed (no address), without naming addresses.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace darkroom::net {

// An IPv4 address is kept as IPv4-mapped bytes with is_v4 set.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v4 = false;

  // Canonical dotted quad or RFC 4291 text without zone; nothing else.
  static std::optional<IpAddress> parse(std::string_view text);
  std::string text() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// "10.1.0.0/16", "2001:db8::/32", or one address of either kind. An IPv4-mapped address is the IPv4 address that it
// stands for; a network is never written so.
struct IpNetwork {
  IpAddress network;
  int prefix_bits = 0;

  static Result<IpNetwork> parse(std::string_view text);
  bool contains(IpAddress address) const;
  std::string text() const;  // always with its bits
};

// The only ports that need no operator's leave.
inline bool is_default_port(std::uint16_t port) { return port == 80 || port == 443; }

// False for every special-purpose block (reliability rules 5.3.3): loopback, private, link-local, CGNAT, mapped, NAT64…
bool is_public_address(const IpAddress& address);

// A URL taken apart by the strict parser. `url` is the normalised text to send.
struct Target {
  std::string url;
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case, brackets removed, one trailing dot removed
  std::uint16_t port = 0;
  std::string path_and_query;
  std::optional<IpAddress> literal;  // when the host is an address
};

// "CIDR" or "CIDR:port" ("[CIDR]:port" for IPv6) from [fetch] allow. Without a port it opens the default ports only.
struct AllowedRange {
  IpAddress network;
  int prefix_bits = 0;
  std::optional<std::uint16_t> port;
  static Result<AllowedRange> parse(std::string_view text);
  bool matches(const IpAddress& address, std::uint16_t target_port) const;
};

// Where names become addresses; tests pass their own.
class Resolver {
 public:
  virtual ~Resolver() = default;
  // All A and AAAA records, at most kMaxAnswers + 1, within `kDnsSeconds`. Blocks.
  virtual Result<std::vector<IpAddress>> resolve(const std::string& host) = 0;
};
inline constexpr std::size_t kMaxDnsAnswers = 16;
inline constexpr int kDnsSeconds = 2;
inline constexpr std::size_t kMaxUrlBytes = 2048;

// getaddrinfo with a deadline.
std::unique_ptr<Resolver> make_system_resolver();

// Refuses by text and by address; an operator's allowed range opens addresses and ports, never names or spellings.
class UrlGuard {
 public:
  UrlGuard(std::vector<AllowedRange> allowed, std::shared_ptr<Resolver> resolver);

  // What can be refused by the text alone: scheme, userinfo, port, spelling, literal or special host. No lookup.
  Result<Target> check_text(std::string_view url) const;
  // Resolves once, checks every answer, gives the one address to connect to.
  Result<IpAddress> resolve(const Target& target) const;
  // The same two for what carries a customer's data out: plain http only to addresses that the operator allows.
  Result<Target> check_callback(std::string_view url) const;
  Result<IpAddress> resolve_callback(const Target& target) const;
  // The rule itself: what resolve() asks for every answer, and a connector for the address about to be connected.
  bool may_connect(const IpAddress& address, std::uint16_t port) const;

 private:
  bool is_allowed(const IpAddress& address, std::uint16_t port) const;

  std::vector<AllowedRange> allowed_;
  std::shared_ptr<Resolver> resolver_;
};

}  // namespace darkroom::net
