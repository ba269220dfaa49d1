#include "app/upstream_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/nullable.h"
#include "base/check.h"
#include "provider/adapters/registry.h"

namespace darkroom::app {
namespace {

constexpr std::int64_t kCallsToJudge = 10;  // fewer say nothing about a rate
constexpr double kGoodRate = 0.9;

json::value unix_seconds_or_null(const std::optional<WallTime>& time) {
  return time ? json::value(to_unix_seconds(*time)) : json::value(nullptr);
}

std::string print_age(std::int64_t seconds) {
  seconds = std::max<std::int64_t>(seconds, 0);
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} h", seconds / 3600);
}

std::string print_ages(const json::object& upstream, WallTime now) {
  std::string text;
  const json::value* success = json::find(upstream, "last_success_at");
  if (success != nullptr && success->is_int64()) {
    text += fmt::format("; last success {} ago", print_age(to_unix_seconds(now) - success->get_int64()));
  }
  const json::value* failure = json::find(upstream, "last_failure_at");
  if (failure != nullptr && failure->is_int64()) {
    text += fmt::format("; last failure {} {} ago", json::get_string(upstream, "last_failure"),
                        print_age(to_unix_seconds(now) - failure->get_int64()));
  }
  return text.empty() ? "; no traffic since the start" : text;
}

std::string print_times(const json::object& upstream) {
  const json::value* p50 = json::find(upstream, "p50_seconds");
  const json::value* p95 = json::find(upstream, "p95_seconds");
  if (p50 == nullptr || p95 == nullptr || !p50->is_number() || !p95->is_number()) return "";
  return fmt::format(", p50 {:.1f} s, p95 {:.1f} s", p50->to_number<double>(), p95->to_number<double>());
}

json::object print_probe(const engine::ProbeStatus& probe, PrintTime print_time) {
  json::object shown = {{"policy", engine::print(probe.policy)}, {"is_possible", probe.is_possible}};
  json::value& last = shown["last"];
  if (!probe.last) return shown;
  json::object finding = print_finding(*probe.last);
  finding["at"] = print_time(probe.last->at);
  last = std::move(finding);
  return shown;
}

// Nothing is known of an amount that could not be read; nought is an amount.
json::object print_balance(const engine::ProbeStatus& probe, PrintTime print_time) {
  json::object shown = {{"is_told", probe.tells_balance}, {"amount", nullptr}, {"unit", nullptr}, {"at", nullptr}};
  if (probe.balance) {
    shown["amount"] = probe.balance->balance.amount.text();
    shown["unit"] = probe.balance->balance.unit;
    shown["at"] = print_time(probe.balance->at);
  }
  shown["trouble"] = api::text_or_null(probe.balance_trouble);
  return shown;
}

std::string print_free_calls(const json::object& upstream, WallTime now) {
  const json::value* found_probe = json::find(upstream, "probe");
  const json::value* found_balance = json::find(upstream, "balance");
  if (found_probe == nullptr || found_balance == nullptr) return "";
  const json::object& probe = found_probe->as_object();
  const json::object& balance = found_balance->as_object();
  if (!json::get_bool(probe, "is_possible")) return "";
  const auto age_of = [now](const json::object& reading) {
    return print_age(to_unix_seconds(now) - json::get_int(reading, "at"));
  };
  std::string text = "; probe " + json::get_string(probe, "policy");
  if (const json::object* last = probe.at("last").if_object()) {
    text += fmt::format(", {} {} ago", json::get_string(*last, "condition"), age_of(*last));
  }
  if (!json::get_bool(balance, "is_told")) return text;
  if (balance.at("amount").is_null()) return text + "; balance unknown";
  return text + fmt::format("; balance {} {} {} ago", json::get_string(balance, "amount"),
                            json::get_string(balance, "unit"), age_of(balance));
}

}  // namespace

bool has_free_call(std::string_view kind) {
  const provider::Adapter* adapter = provider::built_in_adapters().find(kind);
  return adapter != nullptr && adapter->free_calls().make_probe != nullptr;
}

json::object print_finding(const engine::ProbeFinding& finding) {
  return {{"ok", finding.is_well()},
          {"condition", provider::print(finding.condition)},
          {"detail", api::text_or_null(finding.detail)},
          {"took_ms", finding.took.count()}};
}

json::object print_condition(const engine::UpstreamStatus& status, std::uint32_t weight, PrintTime print_time) {
  json::object shown = {{"name", status.name},
                        {"kind", status.kind},
                        {"drained", status.is_drained},
                        {"weight", weight},
                        {"breaker", engine::print(status.breaker)},
                        {"keys", status.keys},
                        {"keys_resting", status.keys_resting},
                        {"in_flight", status.in_flight},
                        {"capacity", status.capacity}};
  shown["p50_seconds"] = api::or_null(status.p50_seconds);
  shown["p95_seconds"] = api::or_null(status.p95_seconds);
  shown["probe"] = print_probe(status.probe, print_time);
  shown["balance"] = print_balance(status.probe, print_time);
  return shown;
}

json::array print_upstreams(const std::vector<engine::UpstreamStatus>& upstreams,
                            const usecase::RoutePlanner& planner) {
  json::array all;
  for (const engine::UpstreamStatus& status : upstreams) {
    json::object shown = print_condition(status, planner.find_weight(status.name).value_or(0), unix_seconds_or_null);
    shown["sandbox"] = status.is_sandbox;
    shown["last_failure"] = status.last_failure;
    shown["recent_calls"] = status.calls;
    shown["recent_delivered"] = status.calls_delivered;
    shown["last_success_at"] = unix_seconds_or_null(status.last_success_at);
    shown["last_failure_at"] = unix_seconds_or_null(status.last_failure_at);
    all.push_back(std::move(shown));
  }
  return all;
}

std::string_view print(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok: return "ok";
    case Verdict::warn: return "warn";
    case Verdict::fail: return "fail";
  }
  DR_CHECK(false);
}

Finding judge_upstream(const json::object& upstream, WallTime now) {
  const std::int64_t keys = json::get_int(upstream, "keys");
  const std::int64_t healthy = keys - json::get_int(upstream, "keys_resting");
  const std::int64_t calls = json::get_int(upstream, "recent_calls");
  const std::int64_t delivered = json::get_int(upstream, "recent_delivered");
  const std::string breaker = json::get_string(upstream, "breaker");
  Finding finding;
  const bool is_slipping =
      calls >= kCallsToJudge && static_cast<double>(delivered) < kGoodRate * static_cast<double>(calls);
  const bool is_drained = json::get_bool(upstream, "drained");
  if (is_drained) {
    finding.verdict = Verdict::warn;
  } else if (breaker == engine::print(engine::BreakerState::open) || healthy == 0) {
    finding.verdict = Verdict::fail;
  } else if (breaker != engine::print(engine::BreakerState::closed) || healthy < keys || is_slipping) {
    finding.verdict = Verdict::warn;
  }
  finding.text =
      fmt::format("{} ({}): {}breaker {}, keys {} of {} healthy, {} of {} in flight",
                  json::get_string(upstream, "name"), json::get_string(upstream, "kind"), is_drained ? "drained, " : "",
                  breaker, healthy, keys, json::get_int(upstream, "in_flight"), json::get_int(upstream, "capacity"));
  if (calls > 0) {
    finding.text += fmt::format("; {} of {} calls delivered in 5 min{}", delivered, calls, print_times(upstream));
  }
  finding.text += print_ages(upstream, now);
  finding.text += print_free_calls(upstream, now);
  return finding;
}

}  // namespace darkroom::app
