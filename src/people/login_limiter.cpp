#include "people/login_limiter.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace darkroom::people {

std::optional<seconds> LoginLimiter::wait_for(const Allowance& allowance, SteadyTime clean_at, SteadyTime now) {
  const auto room_at = clean_at - allowance.every * (allowance.burst - 1);
  if (room_at <= now) return std::nullopt;
  return std::max(std::chrono::ceil<seconds>(room_at - now), seconds(1));
}

std::optional<seconds> LoginLimiter::take(const std::string& email, const std::string& address, SteadyTime now) {
  if (rows_.size() + 2 > kMostRows) make_room(now);
  SteadyTime& of_email = rows_.try_emplace("e:" + email, now).first->second;
  SteadyTime& of_address = rows_.try_emplace("a:" + address, now).first->second;
  const std::optional<seconds> one = wait_for(kOfEmail, of_email, now);
  const std::optional<seconds> other = wait_for(kOfAddress, of_address, now);
  if (one || other) return std::max(one.value_or(seconds(1)), other.value_or(seconds(1)));
  of_email = std::max(of_email, now) + kOfEmail.every;
  of_address = std::max(of_address, now) + kOfAddress.every;
  return std::nullopt;
}

void LoginLimiter::give_back(const std::string& email, const std::string& address) {
  if (const auto row = rows_.find("e:" + email); row != rows_.end()) row->second -= kOfEmail.every;
  if (const auto row = rows_.find("a:" + address); row != rows_.end()) row->second -= kOfAddress.every;
}

void LoginLimiter::make_room(SteadyTime now) {
  std::erase_if(rows_, [now](const auto& row) { return row.second <= now; });
  if (rows_.size() + 2 <= kMostRows) return;
  std::vector<Rows::iterator> all;
  for (auto row = rows_.begin(); row != rows_.end(); ++row) all.push_back(row);
  const auto goes = all.begin() + kMostRows / 4;
  std::ranges::nth_element(all, goes, {}, [](const auto& row) { return row->second; });
  for (auto row = all.begin(); row != goes; ++row) rows_.erase(*row);
}

}  // namespace darkroom::people
