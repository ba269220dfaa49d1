// The page of a model as Markdown, for programs that read: the same facts as the site shows, in the same order.
// Threads: free functions.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace darkroom::console {

// `model` is what GET /api/v1/models/{id} answers; `base` is the server's address for the samples.
std::string print_model_page(const json::object& model, std::string_view base);

// One line of a list of models: a link to the page and what the model does.
std::string print_model_line(const json::object& model);

}  // namespace darkroom::console
