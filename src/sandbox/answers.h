// Answers: what stand-ins put together in the same way. Pure.
#pragma once

#include <memory>
#include <string>

#include "base/http_message.h"
#include "base/json.h"
#include "sandbox/stand_in.h"
#include "sandbox/words.h"

namespace darkroom::sandbox {

// Without its response; how it travels is as the prompt's words have it.
Reply begin_reply(const Words& words);

http::Response json_response(int status, std::shared_ptr<const std::string> text);
http::Response json_response(int status, const json::value& tree);
// A finished file; `content_type` is a constant.
http::Response file_response(std::string_view content_type, http::Body bytes);
// The bytes of a file; fewer if it ends early.
std::string read_file(const http::FileRange& range);

}  // namespace darkroom::sandbox
