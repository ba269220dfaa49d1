#include "provider/adapters/vertex.h"

#include <fmt/format.h>

#include "provider/adapters/gemini_images.h"
#include "provider/adapters/google.h"

namespace darkroom::provider {
namespace {

class VertexAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    return make_google_post(job, fmt::format("/publishers/google/models/{}:generateContent", job.wire_model),
                            make_gemini_body(job));
  }
  Verdict read_submit(const Answer& answer) const override { return read_gemini_answer(answer); }
  std::vector<std::string> payload_members() const override { return {std::string(kGeminiPayload)}; }
  bool wants_token(const Secret& api_key) const override { return is_service_account(api_key); }
};

}  // namespace

std::unique_ptr<const Adapter> make_vertex_adapter() { return std::make_unique<const VertexAdapter>(); }

}  // namespace darkroom::provider
