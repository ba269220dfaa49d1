#include "engine/upstream_health.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace darkroom::engine {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

double seconds_of(WallTime time) { return static_cast<double>(to_millis(time)) / 1000; }

// The nearest rank.
double quantile(const std::vector<milliseconds>& sorted, double part) {
  const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(sorted.size())));
  return static_cast<double>(sorted[std::max<std::size_t>(rank, 1) - 1].count()) / 1000;
}

}  // namespace

std::string_view print(BreakerState state) {
  switch (state) {
    case BreakerState::closed: return "closed";
    case BreakerState::half_open: return "half open";
    case BreakerState::open: return "open";
  }
  DR_CHECK(false);
}

void UpstreamHealth::add(Record& record, Sample sample) {
  if (record.samples.size() == kSamples) record.samples.pop_front();
  record.samples.push_back(sample);
}

void UpstreamHealth::delivered(const std::string& upstream, milliseconds took, WallTime now) {
  Record& record = records_[upstream];
  record.last_success_at = now;
  add(record, {now, took, true});
}

void UpstreamHealth::answered(const std::string& upstream, WallTime now) { records_[upstream].last_success_at = now; }

void UpstreamHealth::failed(const std::string& upstream, std::string_view why, WallTime now) {
  troubled(upstream, why, now);
  add(records_[upstream], {now, {}, false});
}

void UpstreamHealth::troubled(const std::string& upstream, std::string_view why, WallTime now) {
  Record& record = records_[upstream];
  record.last_failure_at = now;
  record.last_failure = why;
  if (metrics_ == nullptr) return;
  metrics_
      ->gauge("darkroom_upstream_last_failure_timestamp_seconds", "When a call last failed in that way",
              {{"upstream", upstream}, {"class", std::string(why)}})
      .Set(seconds_of(now));
}

void UpstreamHealth::describe(UpstreamStatus& status, WallTime now) const {
  const auto found = records_.find(status.name);
  if (found == records_.end()) return;
  const Record& record = found->second;
  status.last_success_at = record.last_success_at;
  status.last_failure_at = record.last_failure_at;
  status.last_failure = record.last_failure;
  std::vector<milliseconds> took;
  for (const Sample& sample : record.samples) {
    if (sample.at + kHealthWindow < now) continue;
    ++status.calls;
    if (sample.is_delivered) took.push_back(sample.took);
  }
  status.calls_delivered = static_cast<std::uint32_t>(took.size());
  if (took.empty()) return;
  std::ranges::sort(took);
  status.p50_seconds = quantile(took, 0.5);
  status.p95_seconds = quantile(took, 0.95);
}

void UpstreamHealth::show(const UpstreamStatus& status) const {
  if (metrics_ == nullptr) return;
  const auto set = [&](const char* name, const char* help, double value, Metrics::Labels labels = {}) {
    labels.emplace("upstream", status.name);
    metrics_->gauge(name, help, labels).Set(value);
  };
  set("darkroom_upstream_breaker_state", "0 closed, 1 half open, 2 open", static_cast<double>(status.breaker));
  set("darkroom_upstream_drained", "1 while an operator wants no new calls to go there", status.is_drained ? 1 : 0);
  set("darkroom_upstream_keys_healthy", "Keys that do not rest", status.keys - status.keys_resting);
  set("darkroom_upstream_keys_resting", "Keys that rest", status.keys_resting);
  set("darkroom_upstream_capacity", "Calls that may be out at once", status.capacity);
  if (status.last_success_at) {
    set("darkroom_upstream_last_success_timestamp_seconds", "When a call last worked",
        seconds_of(*status.last_success_at));
  }
  const double ratio = status.calls == 0 ? kNothing : static_cast<double>(status.calls_delivered) / status.calls;
  set("darkroom_upstream_success_ratio", "Of the calls that ended in the last five minutes; NaN: there were none",
      ratio);
  constexpr const char* kTime = "darkroom_upstream_recent_duration_seconds";
  constexpr const char* kTimeHelp = "From submit to stored output, of the last five minutes; NaN: there were none";
  set(kTime, kTimeHelp, status.p50_seconds.value_or(kNothing), {{"quantile", "0.5"}});
  set(kTime, kTimeHelp, status.p95_seconds.value_or(kNothing), {{"quantile", "0.95"}});
}

}  // namespace darkroom::engine
