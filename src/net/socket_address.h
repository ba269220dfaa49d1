// IpAddress to and from the kernel's socket addresses. Threads: pure functions.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>

#include "net/url_guard.h"

namespace darkroom::net {

// nullopt for families other than IPv4 and IPv6.
std::optional<IpAddress> from_sockaddr(const sockaddr& address);
std::uint16_t port_of(const sockaddr& address);
// Writes address and port; gives the length used.
socklen_t to_sockaddr(const IpAddress& address, std::uint16_t port, sockaddr_storage& into);

}  // namespace darkroom::net
