#include "sandbox/answers.h"

namespace darkroom::sandbox {

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

http::Response file_response(std::string_view content_type, std::shared_ptr<const std::string> bytes) {
  http::Response response;
  response.content_type = content_type;
  response.body = std::move(bytes);
  return response;
}

}  // namespace darkroom::sandbox
