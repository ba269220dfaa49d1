#include "provider/adapters/veo.h"

#include <fmt/format.h>

#include "provider/adapters/google.h"
#include "provider/adapters/veo_films.h"
#include "provider/adapters/wire.h"
#include "provider/free_calls.h"

namespace darkroom::provider {
namespace {

// Films are links for two days. They want the key, which goes to the upstream's own origin only: a link may redirect.
VeoResult read_links(const Job& job, const json::object& response) {
  VeoResult found;
  found.result = find_object(response, "generateVideoResponse");
  const json::array* samples = found.result == nullptr ? nullptr : find_array(*found.result, "generatedSamples");
  if (samples == nullptr) return found;
  for (const json::value& entry : *samples) {
    const json::object* sample = entry.if_object();
    const json::object* video = sample == nullptr ? nullptr : find_object(*sample, "video");
    const std::string_view uri = video == nullptr ? "" : find_text(*video, "uri");
    if (!uri.starts_with("https://") && !uri.starts_with("http://")) continue;
    UrlOutput film;
    film.url = uri;
    film.claimed_mime = "video/mp4";
    film.headers = {google_key_header(job)};
    found.films.emplace_back(std::move(film));
  }
  return found;
}

class VeoAdapter final : public Adapter {
 public:
  Result<Request> make_submit(const Job& job) const override {
    return make_google_post(job, fmt::format("/v1beta/models/{}:predictLongRunning", job.wire_model),
                            make_veo_body(job, VeoHost::gemini_api));
  }
  Verdict read_submit(const Answer& answer) const override { return read_veo_submit(answer); }

  Request make_poll(const Job& job, const std::string& upstream_id) const override {
    return make_google_get(job, "/v1beta/" + upstream_id);
  }
  Verdict read_poll(const Job& job, const std::string&, const Answer& answer) const override {
    return read_veo_poll(job, answer, read_links);
  }

  FreeCalls free_calls() const override {
    return {.make_probe = [](const Job& job) { return make_google_get(job, "/v1beta/models?pageSize=1"); }};
  }
};

}  // namespace

std::unique_ptr<const Adapter> make_veo_adapter() { return std::make_unique<const VeoAdapter>(); }

}  // namespace darkroom::provider
