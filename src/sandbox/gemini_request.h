// Gemini request: reads and checks the body of a generateContent call, camelCase and snake_case alike, as strictly as
// the vendor does: an adapter that sends a wrong name or value must hear of it here and not on the first paid call.
// Pure but for reading the header of a reference.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "base/json.h"
#include "sandbox/gemini_sizes.h"
#include "sandbox/google_api.h"

namespace darkroom::sandbox {

struct GeminiRequest {
  std::string prompt;                   // all text, in order
  std::vector<std::string> references;  // decoded
  std::string ratio;
  std::string image_size;
  PixelSize pixels;
  bool wants_text = true;
  bool wants_image = true;
  bool searches = false;
};

// The failure is the vendor's sentence for a 400 INVALID_ARGUMENT.
std::expected<GeminiRequest, std::string> read_gemini_request(std::string_view body, const GeminiModel& model,
                                                              GoogleHost host);

}  // namespace darkroom::sandbox
