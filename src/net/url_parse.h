// The strict URL parser behind UrlGuard: spelling only, no policy of ports or addresses. It takes the part of the URL
// standard on which every parser agrees and refuses the rest; the text it gives back is the one that is sent.
// Threads: pure functions. Fails with Code::address_refused and a sentence.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/url_guard.h"

namespace darkroom::net {

// http or https, no userinfo, a canonical address or a DNS name of letters, digits and hyphens, a plain port.
Result<Target> parse_url(std::string_view url);
// The absolute text that a Location header means, seen from `base`; it still has to pass parse_url().
Result<std::string> resolve_location(const Target& base, std::string_view location);
// True for names that never belong to the public internet: single labels, special-use zones, metadata services.
bool is_special_name(std::string_view host);

}  // namespace darkroom::net
