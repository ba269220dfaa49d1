// Google's film models as predictLongRunning makes them: a call starts an operation, which is asked for until it is
// done. The Gemini API and Vertex AI share the request's form and the operation's; what they add stands in the
// adapters. Threads: free functions.
#pragma once

#include "provider/provider.h"

namespace darkroom::provider {

enum class VeoHost : std::uint8_t { gemini_api, vertex };

Result<std::vector<BodyPart>> make_veo_body(const Job& job, VeoHost host);
// Accepted with the operation's name, fit to stand in a path; or why not.
Verdict read_veo_submit(const Answer& answer);

// What an operation that went well holds: the object with the films, and the films.
struct VeoResult {
  const json::object* result = nullptr;  // holds raiMediaFilteredCount too
  std::vector<OutputSource> films;
};
using ReadFilms = VeoResult(const Job& job, const json::object& response);
Verdict read_veo_poll(const Job& job, const Answer& answer, ReadFilms& read_films);

}  // namespace darkroom::provider
