#include "provider/adapters/enhance.h"

#include <algorithm>
#include <array>

#include "provider/adapters/media_wire.h"

namespace darkroom::provider {
namespace {

constexpr std::array<std::string_view, 5> kScenes{"common", "ugc", "short_series", "aigc", "old_film"};

// Which scenes there are is written nowhere, so one that no tool knows is a film like any other.
std::string_view choose_scene(std::string_view given) {
  return std::ranges::find(kScenes, given) == kScenes.end() ? "" : given;
}

}  // namespace

// client_token and callback_args are the customer's own notes; resolution_limit is a word of the contract's that no
// tool here has.
Result<EnhanceOrder> read_enhance_order(const Job& job) {
  DR_TRY(check_job(job,
                   {"resolution", "fps", "scene", "tool_version", "resolution_limit", "client_token", "callback_args"},
                   {"video"}));
  DR_TRY(check_one_output(job));
  const ReferenceFile* film = find_reference(job, "video");
  if (film == nullptr) return fail(Code::missing_parameter, "this route needs a film", "video_url");
  EnhanceOrder order;
  order.video_url = film->url;
  order.resolution = text_parameter(job, "resolution");
  order.scene = choose_scene(text_parameter(job, "scene"));
  order.professional = text_parameter(job, "tool_version") == "professional";
  const json::value* fps = json::find(job.parameters, "fps");
  if (fps != nullptr && fps->is_number()) order.fps = fps->to_number<double>();
  return order;
}

}  // namespace darkroom::provider
