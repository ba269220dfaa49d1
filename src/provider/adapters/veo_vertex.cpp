#include "provider/adapters/veo_vertex.h"

#include <fmt/format.h>

#include "provider/adapters/google.h"
#include "provider/adapters/veo_films.h"
#include "provider/adapters/wire.h"

namespace darkroom::provider {
namespace {

constexpr std::string_view kPayload = "bytesBase64Encoded";

// No storageUri is ever sent, so films come inline.
VeoResult read_payloads(const Job&, const json::object& response) {
  VeoResult found;
  found.result = &response;
  const json::array* videos = find_array(response, "videos");
  if (videos == nullptr) return found;
  for (const json::value& entry : *videos) {
    const json::object* video = entry.if_object();
    const auto payload = video == nullptr ? std::nullopt : find_payload(*video, kPayload);
    if (payload)
      found.films.emplace_back(PayloadOutput{*payload, std::string(find_text(*video, "mimeType").substr(0, 64))});
  }
  return found;
}

class VeoVertexAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    return make_google_post(job, method_path(job, "predictLongRunning"), make_veo_body(job, VeoHost::vertex));
  }
  Verdict read_submit(const Answer& answer) const override { return read_veo_submit(answer); }
  // Also as relays spell it.
  std::vector<std::string> payload_members() const override { return {std::string(kPayload), "bytes_base64_encoded"}; }

  Request make_poll(const Job& job, const std::string& upstream_id) const override {
    BodyWriter body;
    body.text(R"({"operationName":)").json_string(upstream_id).text("}");
    return *make_google_post(job, method_path(job, "fetchPredictOperation"), std::move(body).finish());
  }
  Verdict read_poll(const Job& job, const std::string&, const Answer& answer) const override {
    return read_veo_poll(job, answer, read_payloads);
  }

  bool wants_token(const Secret& api_key) const override { return is_service_account(api_key); }

 private:
  static std::string method_path(const Job& job, std::string_view method) {
    return fmt::format("/publishers/google/models/{}:{}", job.wire_model, method);
  }
};

}  // namespace

std::unique_ptr<const Adapter> make_veo_vertex_adapter() { return std::make_unique<const VeoVertexAdapter>(); }

}  // namespace darkroom::provider
