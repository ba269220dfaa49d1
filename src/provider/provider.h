// The port to vendors: pure translation. An Adapter turns a Job into a Request and an Answer into a Verdict; it holds
// no I/O, no clock and no state, so every vendor row is a fixture. Implementations: provider/adapters/<vendor>.cpp.
// Threads: adapters are immutable; any thread. Big strings are never here: a request's pictures are named blobs that
// are encoded while they are sent, an answer's payloads are streamed into blobs and stand as {"$lifted": index}.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/http_message.h"
#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"

namespace darkroom::provider {

// A picture, film or sound that goes along.
struct ReferenceFile {
  std::string role;  // what it is for: "image", "first_frame", "last_frame", "video", "audio" or "mask"
  std::string url;   // where the customer keeps it, for vendors that fetch by themselves
  std::string blob;
  std::string mime;
  std::uint64_t size_bytes = 0;
};

// One call.
struct Job {
  std::string tag;  // our name of this call, unique: for vendors that carry a word along and can be asked for it
  std::string wire_model;
  std::string mode;  // which of the model's modes it is, such as "image-to-video"
  std::string prompt;
  json::object parameters;  // normalised by the catalogue: "size": "16:9", "resolution": "1K", …
  std::vector<ReferenceFile> references;
  std::uint32_t outputs = 1;  // how many results this call should bring
  Secret api_key;             // or the token it was exchanged for
  bool key_is_token = false;
};

// Request bodies are sent part after part, as a stream of known length.
struct TextPart {
  std::string text;
};
struct BlobPart {
  std::string blob;
  bool as_base64 = true;
};
using BodyPart = std::variant<TextPart, BlobPart>;

struct RequestHeader {
  std::string name;
  Secret value;
};

struct Request {
  std::string method = "POST";
  std::string path;  // appended to the upstream's base_url, starts with '/'
  std::vector<RequestHeader> headers;
  std::vector<BodyPart> body;
};

// What came back, whole: status, headers, and the small document.
struct Answer {
  int status = 0;
  std::uint32_t step = 0;  // which of a chain of questions it answers: raised by each AskAlso
  std::vector<http::Header> headers;
  json::value document;  // null if the body was empty or no JSON
  bool is_json = false;
};

// Verdicts, from the adapter's table for one answer.
// An asynchronous vendor has taken the job: poll for this id. It is stored, and is all that a poll has; at most
// kUpstreamIdBytes.
struct Accepted {
  std::string upstream_id;
};
inline constexpr std::size_t kUpstreamIdBytes = 1024;
// Not yet. `next`: the vendor's wish, if it has one; else the engine's own pace.
struct Pending {
  std::optional<milliseconds> next;
};
// This answer only says where the next one is: asked at once, in the same breath, at most kMostSteps times.
struct AskAlso {
  Request request;
};
inline constexpr std::uint32_t kMostSteps = 3;

enum class OutputRole : std::uint8_t { result, last_frame };
// {"$lifted": payload}
struct PayloadOutput {
  std::size_t payload = 0;
  std::string claimed_mime;
  OutputRole role = OutputRole::result;
};
struct UrlOutput {
  std::string url;
  std::string claimed_mime;
  OutputRole role = OutputRole::result;
  std::vector<RequestHeader> headers;  // sent to the upstream's own origin only
};
using OutputSource = std::variant<PayloadOutput, UrlOutput>;
// At least one output with the role `result`; fewer than asked for are a partial delivery.
struct Completed {
  std::vector<OutputSource> outputs;
};
// The job that the vendor had accepted has ended badly for reasons of its own. `worth_repeating`: a new submit may
// work. Content decisions are Refused.
struct JobFailed {
  bool worth_repeating = false;
  std::string reason;
};
// Not now: load, quota, a vendor's fault.
struct RetryLater {
  std::optional<milliseconds> after;  // the vendor's own wish
  bool rest_key = false;              // this key's quota is used up: rest it for `after`
  std::string reason;                 // for the log, ours: "resource_exhausted"
};
// Not here: another key or route may work.
struct TryNextRoute {
  bool key_is_bad = false;  // wrong key, no rights, no money: a long rest, and the operator hears
  std::string reason;
};
// A content decision. `doubtful`: sometimes random (text instead of a picture), worth one repetition.
struct Refused {
  bool doubtful = false;
  std::string reason;  // the vendor's own word, for the operator only
};
// The vendor says that the request itself is wrong: nothing will help.
struct Rejected {
  std::string reason;
};
// An answer that makes no sense: cut off, not JSON, no picture in it.
struct Unreadable {
  std::string reason;
};

using Verdict = std::variant<Accepted, Pending, AskAlso, Completed, JobFailed, RetryLater, TryNextRoute, Refused,
                             Rejected, Unreadable>;

// Of a submit whose answer was lost: whether the vendor has the job.
struct JobFound {
  std::string upstream_id;
};
struct JobAbsent {};   // surely not: it may be submitted again
struct JobUnclear {};  // the answer does not say
using LookupVerdict = std::variant<JobFound, JobAbsent, JobUnclear>;

struct FreeCalls;  // provider/free_calls.h

class Adapter {
 public:
  virtual ~Adapter() = default;
  // Where the vendor has no words for what is asked: invalid_parameter with the field; the next route is tried.
  virtual Result<Request> make_submit(const Job& job) const = 0;
  // What the vendor's own pages rule out, though the request can be made and is left to the vendor to refuse: for who
  // checks a configuration. invalid_parameter with the field.
  virtual Status check_range(const Job&) const { return {}; }
  // Synchronous vendors complete here, asynchronous ones say Accepted.
  virtual Verdict read_submit(const Answer& answer) const = 0;
  // Members of answers whose strings are base64 payloads, such as "data".
  virtual std::vector<std::string> payload_members() const { return {}; }

  // Asynchronous vendors only. RetryLater of a poll means: ask the poll again.
  virtual Request make_poll(const Job& job, const std::string& upstream_id) const;
  virtual Verdict read_poll(const Job& job, const std::string& upstream_id, const Answer& answer) const;
  // Asks the vendor to stop; nullopt where it cannot. The answer is not read: the money is settled by our own rule.
  virtual std::optional<Request> make_cancel(const Job& job, const std::string& upstream_id) const;
  // Asks whether a submit arrived whose answer was lost; nullopt where the vendor cannot tell.
  virtual std::optional<Request> make_lookup(const Job& job) const;
  virtual LookupVerdict read_lookup(const Job& job, const Answer& answer) const;
  // Whether the configured key must first be exchanged for a short-lived token (a service account's JWT grant).
  virtual bool wants_token(const Secret& api_key) const;
  // What can be asked of the vendor for nothing; empty where there is no such call.
  virtual FreeCalls free_calls() const;
};

// All adapters by their kind ("gemini"). provider/adapters/registry.cpp fills it; nullptr for an unknown kind.
class Registry {
 public:
  virtual ~Registry() = default;
  virtual const Adapter* find(std::string_view kind) const = 0;
  virtual std::vector<std::string> kinds() const = 0;
};

}  // namespace darkroom::provider
