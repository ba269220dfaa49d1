#include "engine/lift_reader.h"

namespace darkroom::engine {

LiftReader::LiftReader(blob::Store& blobs, std::vector<std::string> payload_members)
    : blobs_(blobs),
      lift_(std::move(payload_members), net::LiftLimits{}, [this](std::size_t index) { return open_payload(index); }) {}

Status LiftReader::on_head(int status, const std::vector<http::Header>&) {
  status_ = status;
  return {};
}

Status LiftReader::on_body(ByteView bytes) {
  if (!is_json_) return {};
  Status taken = lift_.write(as_text(bytes));
  if (taken) return {};
  is_json_ = false;
  if (status_ >= 400) return {};
  return taken;
}

Result<json::value> LiftReader::finish() {
  if (!is_json_) return fail(Code::bad_json, "the answer is not JSON");
  return lift_.finish();
}

Result<ByteSink*> LiftReader::open_payload(std::size_t index) {
  auto writer = blobs_.create();
  if (!writer) return fail(std::move(writer.error()));
  if (payloads_.size() <= index) payloads_.resize(index + 1);
  payloads_[index] = std::move(*writer);
  return payloads_[index].get();
}

std::unique_ptr<blob::Writer> LiftReader::take_payload(std::size_t index) {
  if (index >= payloads_.size()) return nullptr;
  return std::move(payloads_[index]);
}

}  // namespace darkroom::engine
