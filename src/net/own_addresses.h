// The addresses of this machine's own interfaces. A reference that leads back to them would reach our own listeners (or
// a neighbour's on the same machine) from inside, so they are refused even where they are public. Threads: any; asks
// the kernel each time, since interfaces come and go.
#pragma once

#include "net/url_guard.h"

namespace darkroom::net {

bool is_own_address(const IpAddress& address);

}  // namespace darkroom::net
