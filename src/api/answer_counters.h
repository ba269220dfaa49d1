// How often each route answered, by class of status: darkroom_api_answers_total. Threads: made before the server
// starts, counted from any loop. Owns nothing: the series are the metrics', which outlive the router.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/metrics.h"

namespace darkroom::api {

class AnswerCounters {
 public:
  AnswerCounters(Metrics& metrics, std::string_view method, std::string_view route) {
    constexpr std::array<const char*, 4> kClasses = {"2xx", "3xx", "4xx", "5xx"};
    for (std::size_t i = 0; i < kClasses.size(); ++i) {
      by_class_[i] =
          &metrics.counter("darkroom_api_answers_total", "Answers by route and class of status",
                           {{"method", std::string(method)}, {"route", std::string(route)}, {"status", kClasses[i]}});
    }
  }

  void count(int status) const { by_class_[static_cast<std::size_t>(std::clamp(status / 100, 2, 5) - 2)]->Increment(); }

 private:
  std::array<Counter*, 4> by_class_{};
};

}  // namespace darkroom::api
