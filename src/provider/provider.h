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

struct ReferenceFile {
  std::string blob;
  std::string mime;
  std::uint64_t size_bytes = 0;
};

// One call for one output.
struct Job {
  std::string wire_model;
  std::string prompt;
  json::object parameters;  // normalised by the catalogue: "size": "16:9", "resolution": "1K", …
  std::vector<ReferenceFile> references;
  Secret api_key;
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
  std::vector<http::Header> headers;
  json::value document;  // null if the body was empty or no JSON
  bool is_json = false;
};

// Verdicts, from the adapter's table for one answer.
struct Accepted {
  std::string upstream_id;
};  // asynchronous vendors: poll for this id
struct Pending {
  milliseconds next{2000};
};  // asked again too early
struct PayloadOutput {
  std::size_t payload = 0;
  std::string claimed_mime;
};  // {"$lifted": payload}
struct UrlOutput {
  std::string url;
  std::string claimed_mime;
};
using OutputSource = std::variant<PayloadOutput, UrlOutput>;
struct Completed {
  std::vector<OutputSource> outputs;
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

using Verdict = std::variant<Accepted, Pending, Completed, RetryLater, TryNextRoute, Refused, Rejected, Unreadable>;

class Adapter {
 public:
  virtual ~Adapter() = default;
  // Invalid only if the catalogue and the adapter disagree; then invalid_parameter with the field.
  virtual Result<Request> make_submit(const Job& job) const = 0;
  virtual Verdict read_submit(const Answer& answer) const = 0;
  // Members of answers whose strings are base64 payloads, such as "data".
  virtual std::vector<std::string> payload_members() const = 0;
};

// All adapters by their kind ("gemini"). provider/adapters/registry.cpp fills it; nullptr for an unknown kind.
class Registry {
 public:
  virtual ~Registry() = default;
  virtual const Adapter* find(std::string_view kind) const = 0;
  virtual std::vector<std::string> kinds() const = 0;
};

}  // namespace darkroom::provider
