#include "sandbox/answers.h"

#include <unistd.h>

namespace darkroom::sandbox {

Reply begin_reply(const Words& words) {
  return {.response = {}, .delay = words.slow, .hang = words.hang, .truncate = words.truncate};
}

http::Response json_response(int status, std::shared_ptr<const std::string> text) {
  http::Response response;
  response.status = status;
  response.content_type = "application/json; charset=UTF-8";
  response.body = std::move(text);
  return response;
}

http::Response json_response(int status, const json::value& tree) {
  return json_response(status, std::make_shared<const std::string>(json::print(tree)));
}

http::Response file_response(std::string_view content_type, http::Body bytes) {
  http::Response response;
  response.content_type = content_type;
  response.body = std::move(bytes);
  return response;
}

std::string read_file(const http::FileRange& range) {
  std::string bytes(range.length, '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t piece =
        pread(range.file->fd(), bytes.data() + got, bytes.size() - got, static_cast<off_t>(range.offset + got));
    if (piece <= 0) break;
    got += static_cast<std::size_t>(piece);
  }
  bytes.resize(got);
  return bytes;
}

}  // namespace darkroom::sandbox
