#include "net/base64_decoder.h"

#include <modp_b64.h>

#include <algorithm>
#include <cstring>

namespace darkroom::net {
namespace {

constexpr std::size_t kSliceChars = 64 << 10;
constexpr std::size_t kOutBytes = modp_b64_decode_len(kSliceChars);
constexpr std::size_t kDecodeError = std::size_t(-1);  // what modp_b64_decode gives for a foreign character

std::unexpected<Error> not_base64() { return fail(Code::bad_json, "a payload of the answer is not base64"); }

}  // namespace

Base64Decoder::Base64Decoder(ByteSink& sink, std::uint64_t limit_bytes)
    : sink_(sink), limit_bytes_(limit_bytes), out_(kOutBytes) {}

Status Base64Decoder::write(std::string_view text) {
  if (carried_ > 0) {
    const std::size_t missing = std::min(carry_.size() - carried_, text.size());
    std::memcpy(carry_.data() + carried_, text.data(), missing);
    carried_ += missing;
    text.remove_prefix(missing);
    if (carried_ < carry_.size()) return {};
    carried_ = 0;
    DR_TRY(decode(std::string_view(carry_.data(), carry_.size())));
  }
  while (text.size() >= carry_.size()) {
    const std::size_t chars = std::min(kSliceChars, text.size() / 4 * 4);
    DR_TRY(decode(text.substr(0, chars)));
    text.remove_prefix(chars);
  }
  std::memcpy(carry_.data(), text.data(), text.size());
  carried_ = text.size();
  return {};
}

// `groups` is a whole number of groups, at least one and at most kSliceChars.
Status Base64Decoder::decode(std::string_view groups) {
  if (is_padded_) return not_base64();
  is_padded_ = groups.back() == '=';
  if (out_bytes_ + modp_b64_decode_len(groups.size()) > out_.size()) DR_TRY(flush());
  const std::size_t bytes =
      modp_b64_decode(reinterpret_cast<char*>(out_.data() + out_bytes_), groups.data(), groups.size());
  if (bytes == kDecodeError) return not_base64();
  out_bytes_ += bytes;
  if (passed_bytes_ + out_bytes_ > limit_bytes_) return fail(Code::bad_json, "a payload of the answer is too large");
  return {};
}

Status Base64Decoder::flush() {
  passed_bytes_ += out_bytes_;
  const std::size_t bytes = std::exchange(out_bytes_, 0);
  return bytes == 0 ? Status() : sink_.write(ByteView(out_).first(bytes));
}

Status Base64Decoder::finish() {
  if (carried_ > 0) return not_base64();
  return flush();
}

}  // namespace darkroom::net
