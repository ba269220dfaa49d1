#include "net/url_guard.h"

#include <algorithm>

#include "net/own_addresses.h"
#include "net/url_parse.h"

namespace darkroom::net {
namespace {

std::unexpected<Error> refuse_address() {
  return fail(Code::address_refused, "the address is refused: it does not lead to the public internet");
}
std::unexpected<Error> refuse_port() {
  return fail(Code::address_refused, "the address is refused: only ports 80 and 443 are open");
}

std::unexpected<Error> refuse_plain_http() {
  return fail(Code::address_refused, "the address is refused: it must be https");
}

}  // namespace

UrlGuard::UrlGuard(std::vector<AllowedRange> allowed, std::shared_ptr<Resolver> resolver)
    : allowed_(std::move(allowed)), resolver_(std::move(resolver)) {}

bool UrlGuard::is_allowed(const IpAddress& address, std::uint16_t port) const {
  return std::ranges::any_of(allowed_, [&](const AllowedRange& range) { return range.matches(address, port); });
}

bool UrlGuard::may_connect(const IpAddress& address, std::uint16_t port) const {
  if (is_allowed(address, port)) return true;
  return is_default_port(port) && is_public_address(address) && !is_own_address(address);
}

Result<Target> UrlGuard::check_text(std::string_view url) const {
  Result<Target> target = parse_url(url);
  if (!target) return target;
  if (target->literal) {
    if (may_connect(*target->literal, target->port)) return target;
    if (is_default_port(target->port)) return refuse_address();
    return refuse_port();
  }
  if (is_special_name(target->host)) return refuse_address();
  const auto names_port = [&](const AllowedRange& range) { return range.port == target->port; };
  if (!is_default_port(target->port) && std::none_of(allowed_.begin(), allowed_.end(), names_port))
    return refuse_port();
  return target;
}

Result<IpAddress> UrlGuard::resolve(const Target& target) const {
  if (target.literal) {
    if (!may_connect(*target.literal, target.port)) return refuse_address();
    return *target.literal;
  }
  Result<std::vector<IpAddress>> answers = resolver_->resolve(target.host);
  if (!answers) return fail(std::move(answers.error()));
  if (answers->empty()) return fail(Code::connect_failed, "the host was not found");
  if (answers->size() > kMaxDnsAnswers) return fail(Code::address_refused, "the host has too many addresses");
  // One refused answer refuses the name: picking the good ones would let an attacker mix and wait.
  const auto may = [&](const IpAddress& address) { return may_connect(address, target.port); };
  if (!std::all_of(answers->begin(), answers->end(), may)) return refuse_address();
  return answers->front();
}

Result<Target> UrlGuard::check_callback(std::string_view url) const {
  Result<Target> target = check_text(url);
  if (!target || target->scheme == "https") return target;
  // A name may lead to an allowed address; that shows when it is resolved.
  const auto opens_port = [&](const AllowedRange& range) {
    return range.port ? *range.port == target->port : is_default_port(target->port);
  };
  const bool may_be_allowed =
      target->literal ? is_allowed(*target->literal, target->port) : std::ranges::any_of(allowed_, opens_port);
  if (!may_be_allowed) return refuse_plain_http();
  return target;
}

Result<IpAddress> UrlGuard::resolve_callback(const Target& target) const {
  const Result<IpAddress> address = resolve(target);
  if (!address || target.scheme == "https" || is_allowed(*address, target.port)) return address;
  return refuse_plain_http();
}

}  // namespace darkroom::net
