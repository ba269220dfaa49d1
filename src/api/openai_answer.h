// Answers in the shapes that OpenAI's SDKs parse: pictures, and errors as {"error":{"message","type","param","code",
// "request_id"}}, where `code` is our own number and `type` a word of OpenAI's. Threads: no state.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/openai_request.h"
#include "base/error.h"
#include "base/http_message.h"
#include "base/result.h"
#include "blob/blob_store.h"
#include "usecase/task_cache.h"

namespace darkroom::api {

// `error` has a public number.
std::string print_openai_error(const Error& error, std::string_view request_id);

// {"created", "data": [{"url"} or {"b64_json"}]} of a completed task, the error of a failed one, still_processing for
// one that goes on. Base64 is made while it is sent. route_not_found once the files are gone.
Result<http::Response> openai_answer(const usecase::TaskView& task, PictureForm form, blob::Store& media);

}  // namespace darkroom::api
