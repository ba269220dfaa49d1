// What must hold for every text given to the URL parser, whoever made it up: refused, or understood by curl just as by
// us.
#pragma once

#include <curl/curl.h>

#include <string>
#include <string_view>

#include "base/check.h"
#include "net/url_parse.h"

namespace darkroom::test {

inline std::string curl_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  DR_CHECK(curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) == CURLUE_OK);
  std::string copy(text);
  curl_free(text);
  return copy;
}

// The fetch goes through curl's own parser; a difference between the two would be a way around the guard.
inline void check_curl_agrees(const net::Target& target) {
  CURLU* const url = curl_url();
  DR_CHECK(curl_url_set(url, CURLUPART_URL, target.url.c_str(), CURLU_PATH_AS_IS | CURLU_DISALLOW_USER) == CURLUE_OK);
  const bool is_v6 = target.literal && !target.literal->is_v4;
  DR_CHECK(curl_part(url, CURLUPART_SCHEME) == target.scheme);
  DR_CHECK(curl_part(url, CURLUPART_HOST) == (is_v6 ? '[' + target.host + ']' : target.host));
  DR_CHECK(curl_part(url, CURLUPART_PORT) == std::to_string(target.port));
  DR_CHECK(target.path_and_query.starts_with(curl_part(url, CURLUPART_PATH)));
  curl_url_cleanup(url);
}

inline void check_url(std::string_view text) {
  const auto target = net::parse_url(text);
  if (target) {
    DR_CHECK(target->url.find_first_of(std::string_view(" \t\r\n\\#\0", 7)) == std::string::npos);
    DR_CHECK(target->path_and_query.starts_with('/') && target->port != 0);
    check_curl_agrees(*target);
    // Encoding may lengthen the text beyond what is taken from outside.
    const auto again = net::parse_url(target->url);
    DR_CHECK(target->url.size() > net::kMaxUrlBytes ||
             (again && again->url == target->url && again->host == target->host));
  }
  const net::Target base = net::parse_url("https://example.com/a/b?c").value();
  if (const auto location = net::resolve_location(base, text)) {
    if (const auto next = net::parse_url(*location)) check_curl_agrees(*next);
  }
}

}  // namespace darkroom::test
