// What the OpenAI images API asks for, in the words of our own: the body of POST /v1/images/… becomes the body of a
// submit. Pure. Threads: no state. Fails with invalid_parameter, the field named.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "catalog/catalog.h"

namespace darkroom::api {

enum class PictureForm : std::uint8_t { url, base64 };

struct OpenAiRequest {
  json::object body;  // of a submit: `response_format` and `stream` are gone, `size` is one that the model offers
  PictureForm form = PictureForm::url;
};

// A size in pixels becomes the nearest ratio that the model offers, unless the model takes it as it is; `auto` becomes
// the model's default. What only the model can judge is left to the submit, and so are fields that nobody knows.
Result<OpenAiRequest> read_openai_request(json::object body, const catalog::Catalog& catalog);

// The entry of `ratios` ("16:9"; others are passed over) nearest to width / height; empty if there is none.
std::string_view nearest_ratio(const std::vector<std::string>& ratios, std::uint32_t width, std::uint32_t height);

}  // namespace darkroom::api
