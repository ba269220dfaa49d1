// The images API of OpenAI, as many other servers speak it too: pictures from a text as JSON, from pictures as a form
// whose files are sent as they are. What the fields are is the adapter's; how they travel and what comes back is here.
// Threads: free functions. Answers are hostile input.
#pragma once

#include "provider/provider.h"

namespace darkroom::provider {

// POST /images/generations without references, POST /images/edits with them. `fields` are members of the JSON or parts
// of the form. References are pictures and at most one mask.
Result<Request> make_openai_images(const Job& job, const json::object& fields);
std::vector<RequestHeader> openai_headers(const Job& job, std::string_view content_type);
// The verdict for any answer, errors included.
Verdict read_openai_images(const Answer& answer);

inline constexpr std::string_view kOpenaiPayload = "b64_json";

}  // namespace darkroom::provider
