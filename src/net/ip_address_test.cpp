#include <gtest/gtest.h>

#include "net/own_addresses.h"
#include "net/url_guard.h"

namespace darkroom::net {
namespace {

IpAddress ip(std::string_view text) {
  const auto address = IpAddress::parse(text);
  EXPECT_TRUE(address) << text;
  return address.value_or(IpAddress{});
}

TEST(IpAddress, PrintsTheCanonicalForm) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"1.2.3.4", "1.2.3.4"},
      {"255.255.255.255", "255.255.255.255"},
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"2001:DB8::0001", "2001:db8::1"},
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
      {"::ffff:1.2.3.4", "::ffff:102:304"},
      {"64:ff9b::1.2.3.4", "64:ff9b::102:304"},
  };
  for (const auto& [text, canonical] : rows) EXPECT_EQ(ip(text).text(), canonical) << text;
}

TEST(IpAddress, RefusesEveryOtherSpelling) {
  for (const std::string_view text : {"",
                                      "1",
                                      "1.2.3",
                                      "1.2.3.4.",
                                      ".1.2.3.4",
                                      "1.2.3.4.5",
                                      "01.2.3.4",
                                      "1.2.3.256",
                                      "0x1.2.3.4",
                                      "1.2.3.+4",
                                      "1.2.3. 4",
                                      "1..3.4",
                                      ":",
                                      ":::",
                                      "1:2",
                                      "1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:8:9",
                                      "1::2::3",
                                      "12345::",
                                      "::g",
                                      "1:2:3:4:5:6:7::8",
                                      "::1.2.3",
                                      "::1.2.3.4.",
                                      "1.2.3.4::",
                                      "::1%eth0",
                                      "[::1]",
                                      "::01.2.3.4",
                                      ":1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(IpAddress, MappedIsNotTheSameAsV4) { EXPECT_NE(ip("::ffff:1.2.3.4"), ip("1.2.3.4")); }

// First and last address of each special block, written out independently of the table that the product uses.
TEST(PublicAddress, HoldsAtEveryBlockEdge) {
  struct Edges {
    std::string_view first;
    std::string_view last;
  };
  const Edges blocks[] = {
      {"0.0.0.0", "0.255.255.255"},
      {"10.0.0.0", "10.255.255.255"},
      {"100.64.0.0", "100.127.255.255"},
      {"127.0.0.0", "127.255.255.255"},
      {"169.254.0.0", "169.254.255.255"},
      {"172.16.0.0", "172.31.255.255"},
      {"192.0.0.0", "192.0.0.255"},
      {"192.0.2.0", "192.0.2.255"},
      {"192.31.196.0", "192.31.196.255"},
      {"192.52.193.0", "192.52.193.255"},
      {"192.88.99.0", "192.88.99.255"},
      {"192.168.0.0", "192.168.255.255"},
      {"192.175.48.0", "192.175.48.255"},
      {"198.18.0.0", "198.19.255.255"},
      {"198.51.100.0", "198.51.100.255"},
      {"203.0.113.0", "203.0.113.255"},
      {"224.0.0.0", "255.255.255.255"},
      {"168.63.129.16", "168.63.129.16"},
      {"::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
      {"2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"},
      {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"},
      {"2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
      {"2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"},
      {"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"},
      {"4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
  };
  const auto step = [](IpAddress address, int by) -> std::optional<IpAddress> {
    const std::size_t lowest = address.is_v4 ? 12 : 0;
    for (std::size_t i = 16; i-- > lowest;) {
      const int value = address.bytes[i] + by;
      address.bytes[i] = static_cast<std::uint8_t>(value & 0xff);
      if (value >= 0 && value <= 255) return address;
    }
    return std::nullopt;  // ran over the edge of all addresses
  };
  const auto is_in_some_block = [&](const IpAddress& address) {
    for (const Edges& edges : blocks) {
      const IpAddress first = ip(edges.first);
      if (first.is_v4 == address.is_v4 && first.bytes <= address.bytes && address.bytes <= ip(edges.last).bytes)
        return true;
    }
    return false;
  };
  for (const Edges& edges : blocks) {
    EXPECT_FALSE(is_public_address(ip(edges.first))) << edges.first;
    EXPECT_FALSE(is_public_address(ip(edges.last))) << edges.last;
    for (const auto& outside : {step(ip(edges.first), -1), step(ip(edges.last), 1)}) {
      if (!outside) continue;
      EXPECT_EQ(is_public_address(*outside), !is_in_some_block(*outside)) << outside->text();
    }
  }
  // Every /16 of IPv4, at an address inside that no smaller block touches.
  for (int high = 0; high < 256; ++high) {
    for (int low = 0; low < 256; ++low) {
      const IpAddress address = ip(std::to_string(high) + "." + std::to_string(low) + ".77.77");
      EXPECT_EQ(is_public_address(address), !is_in_some_block(address)) << address.text();
    }
  }
}

TEST(PublicAddress, RefusesIsatapUnderAnyPrefix) {
  EXPECT_FALSE(is_public_address(ip("2606:4700::5efe:808:808")));
  EXPECT_FALSE(is_public_address(ip("2606:4700::200:5efe:808:808")));
  EXPECT_TRUE(is_public_address(ip("2606:4700::100:5efe:808:808")));
}

TEST(OwnAddresses, KnowLoopbackAndNotAStranger) {
  EXPECT_TRUE(is_own_address(ip("127.0.0.1")));
  EXPECT_FALSE(is_own_address(ip("93.184.215.14")));
}

TEST(AllowedRange, MatchesByNetworkAndPort) {
  const auto range = [](std::string_view text) { return AllowedRange::parse(text).value(); };
  EXPECT_TRUE(range("127.0.0.1/32:9000").matches(ip("127.0.0.1"), 9000));
  EXPECT_FALSE(range("127.0.0.1/32:9000").matches(ip("127.0.0.1"), 80));
  EXPECT_FALSE(range("127.0.0.1/32:9000").matches(ip("127.0.0.2"), 9000));
  EXPECT_TRUE(range("10.0.0.0/9").matches(ip("10.127.1.1"), 443));
  EXPECT_FALSE(range("10.0.0.0/9").matches(ip("10.128.1.1"), 443));
  EXPECT_FALSE(range("10.0.0.0/9").matches(ip("10.0.0.1"), 8080));
  EXPECT_TRUE(range("0.0.0.0/0").matches(ip("1.2.3.4"), 80));
  EXPECT_FALSE(range("0.0.0.0/0").matches(ip("::ffff:1.2.3.4"), 80));
  EXPECT_TRUE(range("[fd00::/8]:8443").matches(ip("fd12::1"), 8443));
  EXPECT_TRUE(range("::1/128").matches(ip("::1"), 80));
}

TEST(IpNetwork, ContainsItsOwnAddressesOnly) {
  struct Row {
    std::string_view network, inside, outside;
  };
  for (const Row& row :
       {Row{"10.0.0.0/9", "10.127.255.255", "10.128.0.0"}, Row{"203.0.113.7", "203.0.113.7", "203.0.113.8"},
        Row{"203.0.113.7/32", "::ffff:203.0.113.7", "::ffff:203.0.113.6"}, Row{"0.0.0.0/0", "255.255.255.255", "::1"},
        Row{"::/0", "2001:db8::1", "1.2.3.4"}, Row{"::/0", "::1", "::ffff:1.2.3.4"},
        Row{"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::"}, Row{"::1", "::1", "::2"},
        Row{"128.0.0.0/1", "200.1.1.1", "127.255.255.255"}, Row{"10.0.0.6/31", "10.0.0.7", "10.0.0.5"}}) {
    const IpNetwork network = IpNetwork::parse(row.network).value();
    EXPECT_TRUE(network.contains(ip(row.inside))) << row.network;
    EXPECT_FALSE(network.contains(ip(row.outside))) << row.network;
    EXPECT_TRUE(IpNetwork::parse(network.text()).value().contains(ip(row.inside))) << network.text();
  }
}

TEST(IpNetwork, RefusesWhatItCannotRead) {
  for (const std::string_view text : {"",
                                      "/",
                                      "10.0.0.0/",
                                      "/8",
                                      "10.0.0.0/33",
                                      "10.1.0.0/8",
                                      "10.0.0/8",
                                      "010.0.0.0/8",
                                      "10.0.0.0/08",
                                      "10.0.0.0/-1",
                                      "10.0.0.0/8/8",
                                      "10.0.0.0/8:80",
                                      " 10.0.0.0/8",
                                      "::1/129",
                                      "fe80::1%eth0",
                                      "fd00::1/8",
                                      "::ffff:1.2.3.4",
                                      "::ffff:10.0.0.0/104",
                                      "localhost",
                                      "*"}) {
    const auto network = IpNetwork::parse(text);
    ASSERT_FALSE(network) << text;
    EXPECT_EQ(network.error().code, Code::bad_config);
  }
}

TEST(AllowedRange, RefusesWhatItCannotRead) {
  for (const std::string_view text : {"", "127.0.0.1", "localhost/32", "127.0.0.1/33", "127.0.0.1/32:0",
                                      "127.0.0.1/32:70000", "127.0.0.1/32:", "10.1.0.0/8", "::1/129", "[::1/128]",
                                      "[::1/128]:x", "fd00::1/8", "10.0.0.0/-1", "10.0.0.0/ 8", "*"}) {
    const auto range = AllowedRange::parse(text);
    ASSERT_FALSE(range) << text;
    EXPECT_EQ(range.error().code, Code::bad_config);
  }
}

}  // namespace
}  // namespace darkroom::net
