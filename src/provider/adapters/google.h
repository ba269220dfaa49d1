// What Google's two APIs, Gemini and Vertex AI, have in common: keys, errors in the form of google.rpc, and the texts
// of content decisions. Threads: free functions. Answers are hostile input: nothing here trusts a type or a length.
#pragma once

#include <string>
#include <string_view>

#include "provider/adapters/faults.h"
#include "provider/provider.h"

namespace darkroom::provider {

// As a header, never as ?key=: addresses end up in logs. A token that a key was exchanged for goes as a bearer's.
RequestHeader google_key_header(const Job& job);
// A POST of `body`, which may be an error.
Result<Request> make_google_post(const Job& job, std::string path, Result<std::vector<BodyPart>> body);

Request make_google_get(const Job& job, std::string path);

// The JSON object of an answer, also out of the array of one that streaming methods send; nullptr for anything else.
const json::object* find_google_document(const Answer& answer);

// What an answer other than 2xx means.
struct GoogleError {
  Fault fault = Fault::strange;
  std::string reason;
  std::optional<milliseconds> after;  // the vendor's own wish
};
GoogleError read_google_error(const Answer& answer);

// Whether an error's message speaks of its content: a refusal, whatever its status.
bool is_policy_text(std::string_view message);
// The operator's words for a refusal: the vendor's word, and what its support codes stand for: "SAFETY: celebrity".
std::string describe_refusal(std::string_view word, std::string_view message);

// Whether the configured key is a service account's key file, which is exchanged for a token.
bool is_service_account(const Secret& api_key);

}  // namespace darkroom::provider
