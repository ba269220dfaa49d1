// UpstreamHealth: what the calls of the last minutes have shown of each upstream.
// Threads: the engine's loop only. Bounded: the last kSamples calls of each upstream.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "engine/upstream_status.h"

namespace darkroom::engine {

class UpstreamHealth {
 public:
  // `metrics` may be null.
  explicit UpstreamHealth(Metrics* metrics) : metrics_(metrics) {}

  // A call has brought its outputs, `took` after it was sent.
  void delivered(const std::string& upstream, milliseconds took, WallTime now);
  // It has taken a job, or refused one for what it asks: it works.
  void answered(const std::string& upstream, WallTime now);
  // A call has failed there.
  void failed(const std::string& upstream, std::string_view why, WallTime now);
  // A question about a job had no answer; the job goes on.
  void troubled(const std::string& upstream, std::string_view why, WallTime now);

  // Fills in what is known here.
  void describe(UpstreamStatus& status, WallTime now) const;
  // Brings the gauges up to that status.
  void show(const UpstreamStatus& status) const;

 private:
  static constexpr std::size_t kSamples = 512;
  struct Sample {
    WallTime at{};
    milliseconds took{0};
    bool is_delivered = false;
  };
  struct Record {
    std::deque<Sample> samples;
    std::optional<WallTime> last_success_at;
    std::optional<WallTime> last_failure_at;
    std::string last_failure;
  };
  void add(Record& record, Sample sample);

  Metrics* metrics_;
  std::map<std::string, Record, std::less<>> records_;
};

}  // namespace darkroom::engine
