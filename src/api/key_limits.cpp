#include "api/key_limits.h"

#include "api/nullable.h"

namespace darkroom::api {
namespace {

std::optional<std::optional<std::int64_t>> read_number(Members& members, std::string_view name) {
  const std::optional<std::int64_t> number = members.integer(name);
  if (!number && !members.is_null(name)) return std::nullopt;
  return std::optional(number);
}

}  // namespace

json::object show_limits(const account::KeyLimits& limits) {
  json::object shown;
  shown["requests_per_minute"] = or_null(limits.requests_per_minute);
  shown["concurrent_tasks"] = or_null(limits.concurrent_tasks);
  shown["monthly_microcredits"] = nullptr;
  if (limits.monthly_credits) shown["monthly_microcredits"] = limits.monthly_credits->count();
  shown["allow_from"] = json::array(limits.allow_from.begin(), limits.allow_from.end());
  return shown;
}

Result<account::LimitsChange> read_limits(Members& members) {
  account::LimitsChange change;
  change.requests_per_minute = read_number(members, "requests_per_minute");
  change.concurrent_tasks = read_number(members, "concurrent_tasks");
  const std::string credits = members.string("monthly_credits");
  if (members.is_null("monthly_credits")) {
    change.monthly_credits.emplace(std::nullopt);
  } else if (members.has("monthly_credits")) {
    const Result<MicroCredits> amount = MicroCredits::parse_credits(credits);
    DR_TRY(members.mistakes());
    if (!amount) {
      return fail(Code::invalid_parameter, "monthly_credits must be a number such as \"12.5\"", "monthly_credits");
    }
    change.monthly_credits = *amount;
  }
  std::vector<std::string> networks = members.strings("allow_from");
  if (members.has("allow_from") || members.is_null("allow_from")) change.allow_from = std::move(networks);
  DR_TRY(members.status());
  return change;
}

}  // namespace darkroom::api
