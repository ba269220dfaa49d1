// Google's image models as generateContent makes them: one synchronous call for each picture, which comes back as
// base64 inside the answer. The Gemini API and Vertex AI ask and answer alike; their adapters add the address. Threads:
// free functions.
#pragma once

#include "provider/provider.h"

namespace darkroom::provider {

Result<std::vector<BodyPart>> make_gemini_body(const Job& job);
// The verdict for any answer, errors included.
Verdict read_gemini_answer(const Answer& answer);

inline constexpr std::string_view kGeminiPayload = "data";  // the member with the base64

}  // namespace darkroom::provider
