#include "net/response_writer.h"

#include <fmt/format.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <utility>

namespace darkroom::net {
namespace {

constexpr std::size_t kCopyBytes = 16 << 10;  // smaller bodies are cheaper to copy than to send apart
constexpr std::size_t kUsualAnswerBytes = 1 << 10;
constexpr std::size_t kWindowBytes = 64 << 10;  // of what a source gives
constexpr std::uint64_t kSourceTurnBytes = 1 << 20;
constexpr std::uint64_t kFileTurnBytes = 4 << 20;  // then the other connections of the loop get their turn

ssize_t send_pieces(int socket_fd, std::string_view first, std::string_view second, int flags) {
  if (second.empty()) return ::send(socket_fd, first.data(), first.size(), flags);  // cheaper for the kernel
  std::array<iovec, 2> parts = {
      {{const_cast<char*>(first.data()), first.size()}, {const_cast<char*>(second.data()), second.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return ::sendmsg(socket_fd, &message, flags);
}

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

}  // namespace

void ResponseWriter::begin(http::Response&& response, const AnswerOptions& options) {
  response_ = std::move(response);
  text_.clear();
  body_left_ = {};
  file_left_ = {};
  source_ = nullptr;
  sent_bytes_ = 0;
  in_chunks_ = options.in_chunks;
  Pen pen(kUsualAnswerBytes, std::move(text_));
  put_head(pen, options);
  if (!options.without_body && may_have_body(response_.status)) {
    if (const auto* text = std::get_if<std::string>(&response_.body)) {
      body_left_ = *text;
    } else if (const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&response_.body)) {
      body_left_ = **shared;
    } else if (const auto* range = std::get_if<http::FileRange>(&response_.body)) {
      file_left_ = *range;
    } else if (const auto* source = std::get_if<std::shared_ptr<ByteSource>>(&response_.body)) {
      source_ = source->get();
    }
    if (body_left_.size() <= kCopyBytes) pen.put(std::exchange(body_left_, {}));
  }
  text_ = pen.take();
  text_left_ = text_;
}

void ResponseWriter::begin_piece(std::string_view piece) {
  text_.clear();
  if (in_chunks_) {
    fmt::format_to(std::back_inserter(text_), "{:x}\r\n{}\r\n", piece.size(), piece);
  } else {
    text_ = piece;
  }
  text_left_ = text_;
}

void ResponseWriter::begin_text(std::string_view text) {
  text_ = text;
  text_left_ = text_;
  body_left_ = {};
  file_left_ = {};
  source_ = nullptr;
  sent_bytes_ = 0;
}

void ResponseWriter::put_head(Pen& pen, const AnswerOptions& options) const {
  pen.put("HTTP/1.1 ");
  pen.put_number(response_.status);
  pen.put(' ');
  pen.put(http::reason_phrase(response_.status));
  pen.put("\r\nServer: darkroom\r\nDate: ");
  pen.put(options.date);
  pen.put("\r\nx-request-id: ");
  pen.put(options.request_id);
  pen.put("\r\n");
  if (may_have_body(response_.status)) {
    if (!response_.content_type.empty()) {
      pen.put("Content-Type: ");
      pen.put(response_.content_type);
      pen.put("\r\n");
    }
    if (!std::holds_alternative<std::shared_ptr<AnswerStream>>(response_.body)) {
      pen.put("Content-Length: ");
      pen.put_number(http::body_size(response_.body));
      pen.put("\r\n");
    } else if (options.in_chunks) {
      pen.put("Transfer-Encoding: chunked\r\n");
    }
  }
  pen.put(response_.headers.text());
  if (!options.keep_alive) {
    pen.put("Connection: close\r\n");
  } else if (options.announce_keep_alive) {
    pen.put("Connection: keep-alive\r\n");
  }
  pen.put("\r\n");
}

ResponseWriter::Progress ResponseWriter::pump(int socket_fd) {
  Progress progress = pump_memory(socket_fd);
  if (progress == Progress::done) progress = pump_file(socket_fd);
  return progress == Progress::done && source_ != nullptr ? pump_source(socket_fd) : progress;
}

ResponseWriter::Progress ResponseWriter::pump_memory(int socket_fd) {
  while (!text_left_.empty() || !body_left_.empty()) {
    const ssize_t sent =
        send_pieces(socket_fd, text_left_, body_left_, MSG_NOSIGNAL | (file_left_.length > 0 ? MSG_MORE : 0));
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return would_block() ? Progress::blocked : Progress::failed;
    const auto count = static_cast<std::size_t>(sent);
    sent_bytes_ += count;
    const std::size_t of_text = std::min(count, text_left_.size());
    text_left_.remove_prefix(of_text);
    body_left_.remove_prefix(count - of_text);
  }
  return Progress::done;
}

ResponseWriter::Progress ResponseWriter::pump_file(int socket_fd) {
  std::uint64_t turn = 0;
  while (file_left_.length > 0) {
    if (turn >= kFileTurnBytes) return Progress::blocked;
    auto offset = static_cast<off_t>(file_left_.offset);
    const auto wanted = static_cast<std::size_t>(std::min(file_left_.length, kFileTurnBytes - turn));
    const ssize_t sent = ::sendfile(socket_fd, file_left_.file->fd(), &offset, wanted);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && would_block()) return Progress::blocked;
    // Nothing sent: the file has become shorter than promised, so the answer cannot be completed.
    if (sent <= 0) return Progress::failed;
    const auto count = static_cast<std::uint64_t>(sent);
    file_left_.offset += count;
    file_left_.length -= count;
    sent_bytes_ += count;
    turn += count;
  }
  file_left_.file.reset();
  return Progress::done;
}

ResponseWriter::Progress ResponseWriter::pump_source(int socket_fd) {
  for (std::uint64_t turn = 0; turn < kSourceTurnBytes; turn += kWindowBytes) {
    text_.resize(kWindowBytes);
    const auto got = source_->read({reinterpret_cast<std::uint8_t*>(text_.data()), text_.size()});
    // The length is promised, so an answer that cannot be read to its end can only be cut off.
    if (!got) return Progress::failed;
    if (*got == 0) {
      source_ = nullptr;
      return Progress::done;
    }
    text_left_ = std::string_view(text_).substr(0, *got);
    if (const Progress progress = pump_memory(socket_fd); progress != Progress::done) return progress;
  }
  return Progress::blocked;
}

}  // namespace darkroom::net
