// Counters, gauges and histograms for Prometheus, over prometheus-cpp. One Metrics object lives as long as the program;
// whoever counts keeps references to the series it uses, looked up once. Names: darkroom_<noun>_<unit or total>.
// Labels are bounded sets (route, status, model, upstream, outcome); never a key, account, task or prompt.
// Threads: any.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace darkroom {

using Counter = prometheus::Counter;
using Gauge = prometheus::Gauge;
using Histogram = prometheus::Histogram;

class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  // `bounds_seconds` are the upper bounds of the buckets, ascending.
  Histogram& histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds_seconds,
                       const Labels& labels = {});
  // Called at the start of every print(), to set gauges that are cheaper to read than to keep.
  void before_print(std::function<void()> refresh);
  // Prometheus text format 0.0.4.
  std::string print();

 private:
  std::shared_ptr<prometheus::Registry> registry_;
  std::vector<std::function<void()>> refreshes_;
};

}  // namespace darkroom
