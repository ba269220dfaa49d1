#include "sandbox/vendors.h"

#include "sandbox/ark_image.h"
#include "sandbox/ark_video.h"
#include "sandbox/dashscope.h"
#include "sandbox/fal.h"
#include "sandbox/gemini.h"
#include "sandbox/google_token.h"
#include "sandbox/openai.h"
#include "sandbox/openrouter.h"
#include "sandbox/replicate.h"
#include "sandbox/veo.h"
#include "sandbox/vidu.h"
#include "sandbox/xai_image.h"
#include "sandbox/xai_video.h"

namespace darkroom::sandbox {

std::vector<Vendor> make_vendors(const Clock& clock, Random& random) {
  std::vector<Vendor> all;
  all.push_back({"gemini", "", make_gemini(GoogleHost::gemini_api)});
  all.push_back({"veo", "", make_veo(GoogleHost::gemini_api, clock, random)});
  all.push_back({"vertex", "/vertex/v1", make_gemini(GoogleHost::vertex)});
  all.push_back({"veo-vertex", "/vertex/v1", make_veo(GoogleHost::vertex, clock, random)});
  all.push_back({"", "/vertex/v1", make_google_token(clock, random)});
  all.push_back({"openai", "/openai/v1", make_openai(OpenaiServer::vendor, clock)});
  all.push_back({"openai-compatible", "/openai-compatible/v1", make_openai(OpenaiServer::compatible, clock)});
  all.push_back({"openrouter", "/openrouter/api/v1", make_openrouter(clock)});
  all.push_back({"ark-image", "/ark", make_ark_image(random)});
  all.push_back({"ark-video", "/ark", make_ark_video(clock, random)});
  all.push_back({"dashscope", "/dashscope", make_dashscope(clock, random)});
  all.push_back({"fal", "/fal", make_fal(clock, random)});
  all.push_back({"replicate", "/replicate", make_replicate(clock, random)});
  all.push_back({"vidu", "/vidu", make_vidu(clock, random)});
  all.push_back({"xai-image", "/xai", make_xai_image()});
  all.push_back({"xai-video", "/xai", make_xai_video(clock, random)});
  const auto calls = std::make_shared<Calls>();
  for (const Vendor& vendor : all) vendor.stand_in->count_with(calls);
  return all;
}

}  // namespace darkroom::sandbox
