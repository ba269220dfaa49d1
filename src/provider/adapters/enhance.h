// Enhance: what is asked of a tool that enlarges films, read from a job for the adapters that have such tools. Pure.
// Fails with Code::invalid_parameter and the field.
#pragma once

#include <optional>
#include <string>

#include "provider/provider.h"

namespace darkroom::provider {

struct EnhanceOrder {
  std::string video_url;
  std::string resolution;  // "720p", "1080p", "2k", "4k"; empty: as the tool does
  std::string scene;       // "common", "ugc", "short_series", "aigc", "old_film"; empty: none that a tool knows
  std::optional<double> fps;
  bool professional = false;
};

Result<EnhanceOrder> read_enhance_order(const Job& job);

}  // namespace darkroom::provider
