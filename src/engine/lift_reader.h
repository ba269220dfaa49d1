// LiftReader: takes a vendor's answer as it arrives. Its JSON becomes a small document, its payloads go straight into
// blob writers. Nothing of a picture is kept in memory. Threads: a client thread until the call is done, then the
// engine's loop. Owns: the writers; those that nobody takes leave nothing behind.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "blob/blob_store.h"
#include "net/http_client.h"
#include "net/json_lift.h"

namespace darkroom::engine {

class LiftReader final : public net::ResponseReader {
 public:
  LiftReader(blob::Store& blobs, std::vector<std::string> payload_members);

  Status on_head(int status, const std::vector<http::Header>& headers) override;
  // The body of a success must be JSON: the first byte that is not ends the transfer. That of an error may be anything.
  Status on_body(ByteView bytes) override;

  bool head_seen() const { return status_ != 0; }
  // The document; an error if the body was no JSON, or none of it came.
  Result<json::value> finish();
  // Payload `index`, once; null if there is none.
  std::unique_ptr<blob::Writer> take_payload(std::size_t index);

 private:
  Result<ByteSink*> open_payload(std::size_t index);

  blob::Store& blobs_;
  std::vector<std::unique_ptr<blob::Writer>> payloads_;
  net::JsonLift lift_;
  int status_ = 0;
  bool is_json_ = true;
};

}  // namespace darkroom::engine
