// The rule against forged requests, as a table.
#include "people/origin.h"

#include <gtest/gtest.h>

namespace darkroom::people {
namespace {

constexpr std::string_view kToken = "0123456789abcdef";

// What a page of the console sends with a change.
Provenance ours() {
  Provenance request;
  request.method = "POST";
  request.origin = "https://console.example.org";
  request.fetch_site = "same-origin";
  request.content_type = "application/json";
  request.csrf_token = kToken;
  request.host = "console.example.org";
  request.public_url = "https://images.example.org";
  request.has_body = true;
  request.wanted_token = kToken;
  return request;
}

struct Row {
  const char* what;
  void (*change)(Provenance&);
  bool passes;
};

TEST(Origin, OnlyWhatOurPagesSendPasses) {
  const Row rows[] = {
      {"as it is", [](Provenance&) {}, true},
      {"a read", [](Provenance& r) { r.method = "GET", r.origin = {}, r.csrf_token = {}; }, true},
      {"a read from anywhere", [](Provenance& r) { r.method = "HEAD", r.origin = "https://evil.example"; }, true},
      {"the public address", [](Provenance& r) { r.origin = "https://images.example.org"; }, true},
      {"http on this host", [](Provenance& r) { r.origin = "http://console.example.org"; }, true},
      {"a browser without Sec-Fetch-Site", [](Provenance& r) { r.fetch_site = {}; }, true},
      {"a charset", [](Provenance& r) { r.content_type = "Application/JSON ; charset=utf-8"; }, true},
      {"no body and no type", [](Provenance& r) { r.has_body = false, r.content_type = {}; }, true},
      {"files where they are wanted",
       [](Provenance& r) { r.content_type = "multipart/form-data; boundary=x", r.takes_files = true; }, true},
      {"a login", [](Provenance& r) { r.wanted_token = {}, r.csrf_token = {}; }, true},
      {"no origin", [](Provenance& r) { r.origin = {}; }, false},
      {"an opaque origin", [](Provenance& r) { r.origin = "null"; }, false},
      {"an empty origin", [](Provenance& r) { r.origin = ""; }, false},
      {"another site", [](Provenance& r) { r.origin = "https://evil.example"; }, false},
      {"a longer host", [](Provenance& r) { r.origin = "https://console.example.org.evil.example"; }, false},
      {"another port", [](Provenance& r) { r.origin = "https://console.example.org:8443"; }, false},
      {"another scheme", [](Provenance& r) { r.origin = "ftp://console.example.org"; }, false},
      {"no host", [](Provenance& r) { r.host = "", r.origin = "https://"; }, false},
      {"a neighbour", [](Provenance& r) { r.fetch_site = "same-site"; }, false},
      {"a stranger", [](Provenance& r) { r.fetch_site = "cross-site"; }, false},
      {"an address bar", [](Provenance& r) { r.fetch_site = "none"; }, false},
      {"a form", [](Provenance& r) { r.content_type = "application/x-www-form-urlencoded"; }, false},
      {"a form's text", [](Provenance& r) { r.content_type = "text/plain"; }, false},
      {"text that looks like ours", [](Provenance& r) { r.content_type = "text/plain; application/json"; }, false},
      {"files where none are wanted", [](Provenance& r) { r.content_type = "multipart/form-data"; }, false},
      {"a body without a type", [](Provenance& r) { r.content_type = {}; }, false},
      {"no token", [](Provenance& r) { r.csrf_token = {}; }, false},
      {"another token", [](Provenance& r) { r.csrf_token = "0123456789abcdee"; }, false},
      {"a longer token", [](Provenance& r) { r.csrf_token = "0123456789abcdef0"; }, false},
      {"an empty token", [](Provenance& r) { r.csrf_token = ""; }, false},
      {"a login of a form", [](Provenance& r) { r.wanted_token = {}, r.content_type = "text/plain"; }, false},
      {"a login without a body", [](Provenance& r) { r.wanted_token = {}, r.has_body = false, r.content_type = {}; },
       false},
  };
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    for (const Row& row : rows) {
      Provenance request = ours();
      request.method = method;
      row.change(request);
      EXPECT_EQ(!find_forgery(request).has_value(), row.passes) << method << ": " << row.what;
    }
  }
}

}  // namespace
}  // namespace darkroom::people
