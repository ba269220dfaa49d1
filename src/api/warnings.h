// The Darkroom-Warnings header: what a request asked for and did not get.
// Threads: no state.
#pragma once

#include <string>
#include <vector>

#include "base/http_message.h"

namespace darkroom::api {

// Names the members of the body that nobody knows; nothing if there are none.
void add_warnings(const std::vector<std::string>& ignored, http::Response& response);

}  // namespace darkroom::api
