// JsonLift: reads a JSON answer as it arrives and builds a small document of it; base64 payloads are decoded while they
// stream into a sink and stand in the document as {"$lifted": <index>}. Memory is bounded by the limits, whatever
// arrives. Threads: one at a time. Fails with Code::bad_json (not JSON, too deep, too big, payload not base64, cut off)
// or with the sink's own error; after a failure nothing more may be written.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"

namespace darkroom::net {

struct LiftLimits {
  std::size_t document_bytes = 256 << 10;   // of all that stays in the document
  std::size_t string_bytes = 16 << 10;      // a longer string is cut to this length, unless it is a payload
  std::uint64_t payload_bytes = 256 << 20;  // of one decoded payload
  std::size_t payloads = 16;
  std::size_t depth = 32;
};

class JsonLift {
 public:
  // Opens the sink for payload `index` (0, 1, …).
  using OpenSink = std::function<Result<ByteSink*>(std::size_t index)>;

  // `payload_members`: names of members whose string values are payloads, such as "data" or "b64_json".
  JsonLift(std::vector<std::string> payload_members, LiftLimits limits, OpenSink open_sink);
  ~JsonLift();

  Status write(std::string_view bytes);
  // The document, once all bytes are in.
  Result<json::value> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The index behind {"$lifted": i}; nullopt for any other value.
std::optional<std::size_t> lifted_index(const json::value& node);

}  // namespace darkroom::net
