#include "usecase/caller.h"

#include <algorithm>

namespace darkroom::usecase {

std::shared_ptr<AccountState> AccountStates::get(AccountId id) {
  auto shard = shards_[id.bytes.back() % kShards].lock();
  std::shared_ptr<AccountState>& state = (*shard)[id];
  if (!state) state = std::make_shared<AccountState>();
  return state;
}

bool Caller::may_use(std::string_view model) const { return models.empty() || std::ranges::count(models, model) > 0; }

bool Caller::may_come_from(std::string_view peer) const {
  if (networks.empty()) return true;
  const std::optional<net::IpAddress> address = net::IpAddress::parse(peer);
  return address && std::ranges::any_of(networks, [&](const auto& network) { return network.contains(*address); });
}

}  // namespace darkroom::usecase
