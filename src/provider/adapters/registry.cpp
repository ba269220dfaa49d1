#include "provider/adapters/registry.h"

#include <functional>
#include <map>
#include <memory>

#include "provider/adapters/ark_image.h"
#include "provider/adapters/ark_video.h"
#include "provider/adapters/dashscope.h"
#include "provider/adapters/fal.h"
#include "provider/adapters/gemini.h"
#include "provider/adapters/openai.h"
#include "provider/adapters/openai_compatible.h"
#include "provider/adapters/replicate.h"
#include "provider/adapters/veo.h"
#include "provider/adapters/veo_vertex.h"
#include "provider/adapters/vertex.h"
#include "provider/adapters/vidu.h"
#include "provider/adapters/xai_image.h"
#include "provider/adapters/xai_video.h"

namespace darkroom::provider {
namespace {

class BuiltInRegistry final : public Registry {
 public:
  BuiltInRegistry() {
    adapters_.emplace("ark-image", make_ark_image_adapter());
    adapters_.emplace("ark-video", make_ark_video_adapter());
    adapters_.emplace("dashscope", make_dashscope_adapter());
    adapters_.emplace("fal", make_fal_adapter());
    adapters_.emplace("gemini", make_gemini_adapter());
    adapters_.emplace("openai", make_openai_adapter());
    adapters_.emplace("openai-compatible", make_openai_compatible_adapter());
    adapters_.emplace("openrouter", make_openrouter_adapter());
    adapters_.emplace("replicate", make_replicate_adapter());
    adapters_.emplace("veo", make_veo_adapter());
    adapters_.emplace("veo-vertex", make_veo_vertex_adapter());
    adapters_.emplace("vertex", make_vertex_adapter());
    adapters_.emplace("vidu", make_vidu_adapter());
    adapters_.emplace("xai-image", make_xai_image_adapter());
    adapters_.emplace("xai-video", make_xai_video_adapter());
  }

  const Adapter* find(std::string_view kind) const override {
    const auto found = adapters_.find(kind);
    return found == adapters_.end() ? nullptr : found->second.get();
  }

  std::vector<std::string> kinds() const override {
    std::vector<std::string> kinds;
    for (const auto& [kind, adapter] : adapters_) kinds.push_back(kind);
    return kinds;
  }

 private:
  std::map<std::string, std::unique_ptr<const Adapter>, std::less<>> adapters_;
};

}  // namespace

const Registry& built_in_adapters() {
  static const BuiltInRegistry registry;
  return registry;
}

}  // namespace darkroom::provider
