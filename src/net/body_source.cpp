#include "net/body_source.h"

#include <modp_b64.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace darkroom::net {
namespace {

constexpr std::size_t kPlainWindowBytes = 48 << 10;  // a multiple of 3, so that windows join without padding

Status read_fully(const http::FileRange& range, std::uint64_t offset, std::span<std::uint8_t> into) {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t got = ::pread(range.file->fd(), into.data() + done, into.size() - done,
                                static_cast<off_t>(range.offset + offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail(Code::io_failed, "a file of a request could not be read");
    done += static_cast<std::size_t>(got);
  }
  return {};
}

}  // namespace

void BodySource::add_text(std::string text) {
  const std::uint64_t size = text.size();
  parts_.push_back({std::move(text), false, size});
  size_ += size;
}

void BodySource::add_file(http::FileRange range) {
  const std::uint64_t size = range.length;
  parts_.push_back({std::move(range), false, size});
  size_ += size;
}

void BodySource::add_base64(http::FileRange range) {
  const std::uint64_t size = (range.length + 2) / 3 * 4;
  parts_.push_back({std::move(range), true, size});
  size_ += size;
}

Status BodySource::rewind() {
  current_ = 0;
  offset_ = 0;
  encoded_.clear();
  encoded_end_ = 0;
  return {};
}

Result<std::size_t> BodySource::read(std::span<std::uint8_t> into) {
  std::size_t filled = 0;
  while (filled < into.size() && current_ < parts_.size()) {
    const Part& part = parts_[current_];
    if (offset_ == part.size_bytes) {
      ++current_;
      offset_ = 0;
      encoded_.clear();
      encoded_end_ = 0;
      continue;
    }
    const auto got = read_part(part, into.subspan(filled));
    if (!got) return got;
    filled += *got;
    offset_ += *got;
  }
  return filled;
}

Result<std::size_t> BodySource::read_part(const Part& part, std::span<std::uint8_t> into) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), part.size_bytes - offset_));
  if (const auto* text = std::get_if<std::string>(&part.content)) {
    std::memcpy(into.data(), text->data() + offset_, wanted);
    return wanted;
  }
  const auto& range = std::get<http::FileRange>(part.content);
  if (!part.is_base64) {
    DR_TRY(read_fully(range, offset_, into.first(wanted)));
    return wanted;
  }
  if (offset_ == encoded_end_) DR_TRY(encode_next(range));
  const std::size_t start = encoded_.size() - static_cast<std::size_t>(encoded_end_ - offset_);
  const std::size_t count = std::min(wanted, encoded_.size() - start);
  std::memcpy(into.data(), encoded_.data() + start, count);
  return count;
}

Status BodySource::encode_next(const http::FileRange& range) {
  const std::uint64_t plain_offset = encoded_end_ / 4 * 3;
  const auto plain_bytes =
      static_cast<std::size_t>(std::min<std::uint64_t>(kPlainWindowBytes, range.length - plain_offset));
  std::vector<std::uint8_t> plain(plain_bytes);
  DR_TRY(read_fully(range, plain_offset, plain));
  encoded_.resize(modp_b64_encode_len(plain_bytes));
  const std::size_t length = modp_b64_encode(encoded_.data(), reinterpret_cast<const char*>(plain.data()), plain_bytes);
  encoded_.resize(length);
  encoded_end_ += length;
  return {};
}

}  // namespace darkroom::net
