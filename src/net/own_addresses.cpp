#include "net/own_addresses.h"

#include <ifaddrs.h>
#include <net/if.h>

#include "net/socket_address.h"

namespace darkroom::net {

bool is_own_address(const IpAddress& address) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return false;
  bool found = false;
  for (const ifaddrs* entry = list; entry != nullptr && !found; entry = entry->ifa_next) {
    found = entry->ifa_addr != nullptr && from_sockaddr(*entry->ifa_addr) == address;
  }
  ::freeifaddrs(list);
  return found;
}

}  // namespace darkroom::net
