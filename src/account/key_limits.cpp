#include "account/key_limits.h"

#include <fmt/format.h>

#include <utility>

#include "base/json.h"
#include "base/time_text.h"
#include "ledger/usage.h"

namespace darkroom::account {
namespace {

std::unexpected<Error> unreadable() { return fail(Code::store_failed, "the limits of a stored key cannot be read"); }

// Absent, or a whole number of at least 1.
bool read_number(const json::object& tree, std::string_view name, std::optional<std::int64_t>& into) {
  const json::value* value = json::find(tree, name);
  if (value == nullptr) return true;
  const std::int64_t* number = value->if_int64();
  if (number == nullptr || *number < 1) return false;
  into = *number;
  return true;
}

bool read_networks(const json::object& tree, std::vector<std::string>& into) {
  const json::value* value = json::find(tree, "allow_from");
  if (value == nullptr) return true;
  if (!value->is_array()) return false;
  for (const json::value& network : value->get_array()) {
    if (!network.is_string()) return false;
    into.emplace_back(network.get_string());
  }
  return true;
}

}  // namespace

KeyLimits changed(KeyLimits limits, const LimitsChange& change) {
  if (change.requests_per_minute) limits.requests_per_minute = *change.requests_per_minute;
  if (change.concurrent_tasks) limits.concurrent_tasks = *change.concurrent_tasks;
  if (change.monthly_credits) limits.monthly_credits = *change.monthly_credits;
  if (change.allow_from) limits.allow_from = *change.allow_from;
  return limits;
}

std::string print_limits(const KeyLimits& limits) {
  json::object tree;
  if (limits.requests_per_minute) tree["requests_per_minute"] = *limits.requests_per_minute;
  if (limits.concurrent_tasks) tree["concurrent_tasks"] = *limits.concurrent_tasks;
  if (limits.monthly_credits) tree["monthly_microcredits"] = limits.monthly_credits->count();
  if (!limits.allow_from.empty()) tree["allow_from"] = json::array(limits.allow_from.begin(), limits.allow_from.end());
  return json::print(tree);
}

Result<KeyLimits> parse_limits(std::string_view text) {
  const Result<json::object> tree = json::parse_object(text);
  if (!tree) return unreadable();
  KeyLimits limits;
  std::optional<std::int64_t> month;
  const bool whole = read_number(*tree, "requests_per_minute", limits.requests_per_minute) &&
                     read_number(*tree, "concurrent_tasks", limits.concurrent_tasks) &&
                     read_number(*tree, "monthly_microcredits", month) && read_networks(*tree, limits.allow_from);
  if (!whole || month.value_or(0) > MicroCredits::kMax) return unreadable();
  if (month) limits.monthly_credits = MicroCredits::from_count(*month);
  return limits;
}

Status check_month(MicroCredits limit, MicroCredits spent, MicroCredits price, WallTime now) {
  const std::optional<MicroCredits> after = spent.plus(price);
  if (price.count() == 0 || (after && *after <= limit)) return {};
  return fail(Code::key_limit_reached,
              fmt::format("This API key may spend {} credits a month; {} are spent or held and this task costs {}. The "
                          "month turns at {}",
                          limit.text(), spent.text(), price.text(),
                          print_rfc3339(ledger::month_begins(ledger::month_of(now) + 1))));
}

}  // namespace darkroom::account
