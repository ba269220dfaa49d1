// Does a change come from a page of this server? The rule against forged requests as a pure table: a page of another
// site can make a browser send a request with the session's cookie, but not with our Origin, not with our token, and
// not with a content type beyond those of forms without being asked first. Threads: free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace darkroom::people {

struct Provenance {
  std::string_view method;
  std::optional<std::string_view> origin;      // of the request's header fields
  std::optional<std::string_view> fetch_site;  // Sec-Fetch-Site
  std::optional<std::string_view> content_type;
  std::optional<std::string_view> csrf_token;  // X-CSRF-Token
  std::string_view host;                       // Host
  std::string_view public_url;                 // of this server, without a slash at its end
  bool has_body = false;
  std::optional<std::string_view> wanted_token;  // of the session; absent: there is none yet (login, setup)
  bool takes_files = false;                      // multipart/form-data is fine too
};

// Nothing: it does. Else why it is refused, in a word for the log.
std::optional<std::string_view> find_forgery(const Provenance& request);

}  // namespace darkroom::people
