#include "sandbox/vendors.h"

#include "sandbox/gemini.h"
#include "sandbox/google_token.h"
#include "sandbox/openai.h"
#include "sandbox/veo.h"

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
  return all;
}

}  // namespace darkroom::sandbox
