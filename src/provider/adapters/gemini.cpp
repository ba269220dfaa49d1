#include "provider/adapters/gemini.h"

#include <fmt/format.h>

#include "provider/adapters/gemini_images.h"
#include "provider/adapters/google.h"
#include "provider/free_calls.h"

namespace darkroom::provider {
namespace {

class GeminiAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    return make_google_post(job, fmt::format("/v1beta/models/{}:generateContent", job.wire_model),
                            make_gemini_body(job));
  }
  Verdict read_submit(const Answer& answer) const override { return read_gemini_answer(answer); }
  std::vector<std::string> payload_members() const override { return {std::string(kGeminiPayload)}; }

  FreeCalls free_calls() const override {
    return {.make_probe = [](const Job& job) { return make_google_get(job, "/v1beta/models?pageSize=1"); }};
  }
};

}  // namespace

std::unique_ptr<const Adapter> make_gemini_adapter() { return std::make_unique<const GeminiAdapter>(); }

}  // namespace darkroom::provider
