// The rows of tests/net/ssrf-vectors.tsv: addresses that a customer may write, and whether each may be contacted. Every
// suite that contacts addresses (references, redirects, webhooks) runs over the same rows.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/result.h"
#include "net/url_guard.h"
#include "tests/support/repository.h"

namespace darkroom::test {

struct SsrfRow {
  std::string url;
  bool allow = false;
  std::string kind;  // "ipv4", "name", "dns fixture", "redirect fixture", "response fixture", …
  std::string why;
  int line = 0;
};

inline std::string unescape_c(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    out += c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
  }
  return out;
}

inline std::vector<SsrfRow> load_ssrf_rows() {
  std::istringstream text(read_repository_file("tests/net/ssrf-vectors.tsv"));
  std::vector<SsrfRow> rows;
  std::string line;
  std::getline(text, line);  // the header
  for (int number = 2; std::getline(text, line); ++number) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    DR_CHECK(first != std::string::npos && second != std::string::npos);
    SsrfRow row;
    row.url = unescape_c(std::string_view(line).substr(0, first));
    const std::string verdict = line.substr(first + 1, second - first - 1);
    DR_CHECK(verdict == "allow" || verdict == "deny");
    row.allow = verdict == "allow";
    row.why = line.substr(second + 1);
    row.kind = row.why.substr(0, row.why.find(':'));
    row.line = number;
    rows.push_back(std::move(row));
  }
  return rows;
}

// Rows whose bytes reach us and are then refused by decoding them: the fetch succeeds, the prober must say no.
inline constexpr std::string_view kDecidedByProber[] = {"type-lies-html", "polyglot",  "png-ztxt",
                                                        "gif-40k",        "jpeg-prog", "rmeta"};

// Answers the names of the rows as their `why` says; every other name has one public address.
class FixtureResolver final : public net::Resolver {
 public:
  Result<std::vector<net::IpAddress>> resolve(const std::string& host) override {
    const int query = ++queries_[host];
    const std::string label = host.substr(0, host.find('.'));
    if (label == "rebind") return addresses({query == 1 ? kPublicV4 : "127.0.0.1"});
    if (label == "rebind-private-first") return addresses({query == 1 ? "127.0.0.1" : kPublicV4});
    if (label == "dns-huge") return std::vector<net::IpAddress>(500, *net::IpAddress::parse(kPublicV4));
    if (label == "nodata") return std::vector<net::IpAddress>();
    if (label == "nxdomain" || label == "cname-loop") return fail(Code::connect_failed, "the host was not found");
    if (label == "dns-slow") return fail(Code::connect_failed, "the host was not found in time");
    if (host.ends_with(".nip.io") || label == "cname-localhost") return addresses({"127.0.0.1"});
    if (host == "metadata.tencentyun.com") return addresses({"169.254.0.23"});
    static const std::map<std::string, std::vector<std::string_view>> fixtures = {{"aaaa-public", {kPublicV6}},
                                                                                  {"a-loopback", {"127.0.0.1"}},
                                                                                  {"a-private", {"10.0.0.5"}},
                                                                                  {"a-cgnat", {"100.64.3.3"}},
                                                                                  {"a-zero", {"0.0.0.0"}},
                                                                                  {"aaaa-ula", {"fd00::5"}},
                                                                                  {"aaaa-mapped", {"::ffff:127.0.0.1"}},
                                                                                  {"mixed", {kPublicV4, "127.0.0.1"}},
                                                                                  {"mixed6", {kPublicV4, "::1"}}};
    const auto found = fixtures.find(label);
    return addresses(found == fixtures.end() ? std::vector<std::string_view>{kPublicV4} : found->second);
  }
  int queries(const std::string& host) const {
    const auto found = queries_.find(host);
    return found == queries_.end() ? 0 : found->second;
  }

  static constexpr std::string_view kPublicV4 = "93.184.215.14";
  static constexpr std::string_view kPublicV6 = "2606:4700:4700::1111";

 private:
  static Result<std::vector<net::IpAddress>> addresses(std::vector<std::string_view> texts) {
    std::vector<net::IpAddress> out;
    for (const std::string_view text : texts) out.push_back(*net::IpAddress::parse(text));
    return out;
  }
  std::map<std::string, int> queries_;
};

}  // namespace darkroom::test
