// Outages: vendors that answer everything with an error until told otherwise, as a whole vendor does that is down; a
// word in a prompt spoils single calls only. Threads: any.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "base/http_message.h"

namespace darkroom::sandbox {

class Outages {
 public:
  // `request` has {"kind": "openai", "status": 503}; a status below 400 ends the outage. Answers with all there are.
  http::Response change(const http::Request& request, const std::vector<std::string_view>& kinds);
  // What that vendor answers; nothing while it works.
  std::optional<http::Response> answer(std::string_view kind);

 private:
  Guarded<std::map<std::string, int, std::less<>>> statuses_;  // by kind
};

}  // namespace darkroom::sandbox
