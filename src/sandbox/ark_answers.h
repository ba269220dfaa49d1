// Ark answers: keys, errors and refusals of Volcengine Ark, which the stand-ins of its pictures and its films share.
// Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/http_message.h"
#include "sandbox/body_reader.h"

namespace darkroom::sandbox {

// {"code", "message"} as it stands in answers, in failed tasks and beside single pictures.
json::object ark_error(std::string_view code, std::string_view message);
http::Response ark_refusal(int status, std::string_view code, std::string_view message, std::string_view param = "");
http::Response ark_refusal(const Mistake& mistake);
// The error that "#fail" asks for.
http::Response ark_failure(int status);
// Nothing if the caller may go on.
std::optional<http::Response> refuse_ark_key(const http::Request& request);

}  // namespace darkroom::sandbox
