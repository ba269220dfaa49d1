// Veo request: reads and checks the body of a predictLongRunning call as strictly as the vendor does, for the Gemini
// API and for Vertex AI. Pure but for reading the headers of pictures and films.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/google_api.h"
#include "sandbox/painter.h"

namespace darkroom::sandbox {

struct VeoModel {
  std::string_view name;
  GoogleHost host;
  bool is_lite = false;  // neither 4k nor references
};
// nullptr for a model that this host has not.
const VeoModel* find_veo_model(std::string_view name, GoogleHost host);

// A film that is taken on.
struct VeoSource {
  PixelSize size;
  std::int64_t seconds = 0;
};

struct VeoRequest {
  std::string prompt;
  std::vector<std::string> pictures;  // frames or references, decoded
  bool has_frames = false;
  bool has_last_frame = false;
  bool has_references = false;
  std::optional<VeoSource> source;
  std::string ratio = "16:9";
  std::string resolution = "720p";
  std::int64_t seconds = 8;
  std::int64_t samples = 1;
  bool sound = true;
  std::string person_generation;

  PixelSize size() const;
  // Of the whole film that comes of it.
  std::int64_t film_seconds() const;
};

// The failure is the vendor's sentence for a 400 INVALID_ARGUMENT.
std::expected<VeoRequest, std::string> read_veo_request(std::string_view body, const VeoModel& model);

}  // namespace darkroom::sandbox
