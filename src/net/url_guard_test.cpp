#include "net/url_guard.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "net/url_parse.h"
#include "tests/support/ssrf_vectors.h"
#include "tests/support/url_parse_property.h"

namespace darkroom::net {
namespace {

using test::FixtureResolver;

UrlGuard make_guard(std::vector<std::string_view> allowed = {}) {
  std::vector<AllowedRange> ranges;
  for (const std::string_view text : allowed) ranges.push_back(AllowedRange::parse(text).value());
  return UrlGuard(std::move(ranges), std::make_shared<FixtureResolver>());
}

Code code_of(const UrlGuard& guard, std::string_view url) {
  const auto target = guard.check_text(url);
  if (!target) return target.error().code;
  const auto address = guard.resolve(*target);
  return address ? Code::internal : address.error().code;  // internal: nothing was refused
}

// Redirect and response rows begin with an address that must pass; what comes after is fetcher_test's business.
TEST(SsrfVectors, EveryRowThatTextOrLookupDecides) {
  int decided = 0;
  for (const test::SsrfRow& row : test::load_ssrf_rows()) {
    const bool is_later = row.kind == "redirect fixture" || row.kind == "response fixture";
    const auto resolver = std::make_shared<FixtureResolver>();
    const UrlGuard guard({}, resolver);
    const auto target = guard.check_text(row.url);
    Result<IpAddress> address = fail(Code::address_refused);
    if (target) address = guard.resolve(*target);
    EXPECT_EQ(address.has_value(), row.allow || is_later) << "line " << row.line << ": " << row.url << " " << row.why;
    EXPECT_TRUE(!address || is_public_address(*address)) << row.url;
    EXPECT_TRUE(!target || target->literal || resolver->queries(target->host) == 1) << row.url;
    decided += is_later ? 0 : 1;
  }
  EXPECT_EQ(decided, 206);
}

TEST(UrlGuard, RefusedByTextMeansNoLookup) {
  for (const std::string_view url :
       {"http://localhost/", "http://x.local/", "http://printer.lan/", "http://a.home.arpa/", "http://a.onion/",
        "http://a.invalid/", "http://a.test/", "http://a.example/", "http://intranet/", "http://a.internal/",
        "http://example.com:8080/"}) {
    const auto target = make_guard().check_text(url);
    ASSERT_FALSE(target) << url;
    EXPECT_EQ(target.error().code, Code::address_refused);
  }
}

TEST(UrlGuard, ErrorsNameNoAddress) {
  for (const std::string_view url : {"http://10.1.2.3/", "http://10.1.2.3:22/", "http://metadata.google.internal/",
                                     "https://a-private.vec.example.net/", "https://nxdomain.vec.example.net/"}) {
    const UrlGuard guard = make_guard();
    const auto target = guard.check_text(url);
    const std::string message = target ? guard.resolve(*target).error().message : target.error().message;
    EXPECT_EQ(message.find("10."), std::string::npos) << message;
    EXPECT_EQ(message.find("internal"), std::string::npos) << message;
    EXPECT_EQ(message.find("vec"), std::string::npos) << message;
  }
}

TEST(UrlGuard, AllowedRangesOpenAddressesAndPorts) {
  struct Row {
    std::string_view allowed;
    std::string_view url;
    bool passes;
  };
  const Row rows[] = {
      {"127.0.0.1/32:9000", "http://127.0.0.1:9000/a.png", true},
      {"127.0.0.1/32:9000", "http://127.0.0.1:9001/a.png", false},
      {"127.0.0.1/32:9000", "http://127.0.0.1/a.png", false},
      {"127.0.0.1/32:9000", "http://127.0.0.2:9000/a.png", false},
      {"127.0.0.1/32:9000", "http://user@127.0.0.1:9000/a.png", false},
      {"127.0.0.1/32:9000", "http://localhost:9000/a.png", false},
      {"127.0.0.1/32:9000", "http://0x7f.1:9000/a.png", false},
      {"127.0.0.0/8", "http://127.5.5.5/a.png", true},
      {"127.0.0.0/8", "http://127.5.5.5:8080/a.png", false},
      {"10.0.0.0/8", "https://a-private.vec.example.net/a.png", true},
      {"10.0.0.0/8:8443", "https://a-private.vec.example.net:8443/a.png", true},
      {"10.0.0.0/8:8443", "https://a-private.vec.example.net/a.png", false},
      {"10.0.0.0/8:8443", "https://a-public.vec.example.net:8443/a.png", false},
      {"10.0.0.0/8", "https://mixed.vec.example.net/a.png", false},
      {"[::1/128]:9000", "http://[::1]:9000/a.png", true},
      {"93.184.215.0/24:8080", "http://a-public.vec.example.net:8080/a.png", true},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(code_of(make_guard({row.allowed}), row.url) == Code::internal, row.passes)
        << row.allowed << " " << row.url;
  }
}

TEST(UrlGuard, CallbacksGoInTheClearOnlyWhereTheOperatorAllows) {
  struct Row {
    std::string_view url;
    bool by_text;
    bool by_address;
  };
  const UrlGuard guard = make_guard({"127.0.0.1/32:9000", "10.0.0.0/8"});
  for (const Row& row :
       {Row{"https://a-public.vec.example.net/", true, true}, Row{"https://93.184.215.14/h", true, true},
        Row{"http://93.184.215.14/h", false, false}, Row{"http://127.0.0.1:9000/h", true, true},
        Row{"http://127.0.0.1:9001/h", false, false}, Row{"http://127.0.0.1/h", false, false},
        Row{"http://10.1.2.3/h", true, true}, Row{"http://10.1.2.3:9000/h", false, false},
        Row{"http://a-private.vec.example.net/", true, true}, Row{"http://a-public.vec.example.net/", true, false},
        Row{"http://a-public.vec.example.net:9000/", true, false}, Row{"https://192.168.0.1/", false, false},
        Row{"ftp://a-public.vec.example.net/", false, false}}) {
    const auto target = guard.check_callback(row.url);
    EXPECT_EQ(target.has_value(), row.by_text) << row.url;
    if (!target) continue;
    EXPECT_EQ(guard.resolve_callback(*target).has_value(), row.by_address) << row.url;
  }
  EXPECT_FALSE(make_guard().check_callback("http://a-public.vec.example.net/"));
}

TEST(UrlGuard, MayConnectIsTheSameRule) {
  const UrlGuard guard = make_guard({"127.0.0.1/32:9000"});
  EXPECT_TRUE(guard.may_connect(*IpAddress::parse("127.0.0.1"), 9000));
  EXPECT_FALSE(guard.may_connect(*IpAddress::parse("127.0.0.1"), 443));
  EXPECT_TRUE(guard.may_connect(*IpAddress::parse("93.184.215.14"), 443));
  EXPECT_FALSE(guard.may_connect(*IpAddress::parse("93.184.215.14"), 22));
}

TEST(ParseUrl, NormalisesToTheTextThatIsSent) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"https://example.com", "https://example.com/"},
      {"HTTPS://EXAMPLE.com./a", "https://example.com/a"},
      {"http://example.com:80/", "http://example.com/"},
      {"https://example.com:80/", "https://example.com:80/"},
      {"https://example.com?q=1#top", "https://example.com/?q=1"},
      {"https://example.com/a?b?c/../d", "https://example.com/a?b?c/../d"},
      {"https://example.com/a/./b/../c/%2e%2E/d", "https://example.com/a/d"},
      {"https://example.com/../../a/..", "https://example.com/"},
      {"https://example.com/\xe2\x9c\x93.png", "https://example.com/%E2%9C%93.png"},
      {"https://example.com/{a}|\"b\"", "https://example.com/%7Ba%7D%7C%22b%22"},
      {"https://example.com/pkg@1.0/a.png", "https://example.com/pkg@1.0/a.png"},
      {"https://[2A00:1450:4001:0830::200E]:443/", "https://[2a00:1450:4001:830::200e]/"},
      {"https://1.1.1.1//a//", "https://1.1.1.1//a//"},
  };
  for (const auto& [url, sent] : rows) {
    const auto target = parse_url(url);
    ASSERT_TRUE(target) << url;
    EXPECT_EQ(target->url, sent);
    EXPECT_EQ(parse_url(target->url)->url, sent) << "the normal form is stable";
  }
}

TEST(ResolveLocation, FollowsTheReferenceRules) {
  const Target base = parse_url("https://example.com/a/b/c.png?x=1").value();
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"http://other.org/x", "http://other.org/x"},
      {"//other.org/x", "https://other.org/x"},
      {"/x", "https://example.com/x"},
      {"x", "https://example.com/a/b/x"},
      {"../x", "https://example.com/a/x"},
      {"?y=2", "https://example.com/a/b/c.png?y=2"},
      {"./x?to=http://z/", "https://example.com/a/b/x?to=http://z/"},
  };
  for (const auto& [location, url] : rows) {
    const auto absolute = resolve_location(base, location);
    ASSERT_TRUE(absolute) << location;
    EXPECT_EQ(parse_url(*absolute)->url, url) << location;
  }
  EXPECT_FALSE(resolve_location(base, ""));
  for (const std::string_view location :
       {"file:///etc/passwd", "javascript:alert(1)", "https:x", "/\\evil", "//", "///x"}) {
    const auto absolute = resolve_location(base, location);
    EXPECT_FALSE(absolute && parse_url(*absolute)) << location;
  }
}

TEST(ParseUrl, CurlUnderstandsEveryAcceptedTextAlike) {
  for (const test::SsrfRow& row : test::load_ssrf_rows()) test::check_url(row.url);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::repository_root() / "fuzz/corpus/url_parse")) {
    test::check_url(test::read_repository_file("fuzz/corpus/url_parse/" + entry.path().filename().string()));
    ++files;
  }
  EXPECT_GT(files, 10);
}

// Texts one step away from good ones: a byte changed, doubled or left out.
TEST(ParseUrl, CurlAgreesOnMutations) {
  SeededRandom random(20260101);
  const std::vector<test::SsrfRow> rows = test::load_ssrf_rows();
  for (int i = 0; i < 20000; ++i) {
    std::string url = rows[random.below(rows.size())].url.substr(0, 200);
    for (std::size_t edits = 1 + random.below(3); edits-- > 0 && !url.empty();) {
      static constexpr std::string_view kBytes = "/:@?#.[]%0x-a \\\t\r\n\xc3\xa9";
      const std::size_t at = random.below(url.size());
      switch (random.below(3)) {
        case 0: url[at] = kBytes[random.below(kBytes.size())]; break;
        case 1: url.insert(at, 1, kBytes[random.below(kBytes.size())]); break;
        default: url.erase(at, 1); break;
      }
    }
    test::check_url(url);
  }
}

TEST(SystemResolver, AnswersForLoopbackNames) {
  const auto answers = make_system_resolver()->resolve("localhost");
  ASSERT_TRUE(answers) << answers.error().message;
  for (const IpAddress& address : *answers) EXPECT_FALSE(is_public_address(address));
  EXPECT_FALSE(answers->empty());
}

}  // namespace
}  // namespace darkroom::net
