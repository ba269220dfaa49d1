// OpenAI request: reads and checks the JSON of /images/generations and the form of /images/edits as strictly as the
// vendor does. Pure but for reading the headers of pictures.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "base/http_message.h"
#include "sandbox/painter.h"

namespace darkroom::sandbox {

struct OpenaiRequest {
  std::string model;
  std::string prompt;
  std::int64_t n = 1;
  PixelSize size;
  std::string quality = "auto";
  std::string background = "auto";
  std::string output_format = "png";
  std::vector<std::string> pictures;
};

// The body of a 400.
struct OpenaiProblem {
  std::string message;
  std::string code;  // "invalid_value", "unknown_parameter", …
  std::string param;
};

// A compatible server takes more fields, any model and any size in pixels.
enum class OpenaiServer : std::uint8_t { vendor, compatible };
std::expected<OpenaiRequest, OpenaiProblem> read_openai_request(const http::Request& request, OpenaiServer server);

}  // namespace darkroom::sandbox
