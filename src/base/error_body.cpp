#include "base/error_body.h"

#include <fmt/format.h>

#include "base/json.h"

namespace darkroom {

std::string print_error_body(const Error& error, std::string_view request_id) {
  const bool shown = info(error.code).public_number != 0;
  const CodeInfo& row = info(shown ? error.code : Code::internal);
  std::string out = R"({"error":{"code":)";
  out += fmt::format_int(row.public_number).c_str();
  out += R"(,"message":)";
  json::append_string(out, shown && !error.message.empty() ? std::string_view(error.message) : row.meaning);
  if (shown && !error.field.empty()) {
    out += R"(,"param":)";
    json::append_string(out, error.field);
  }
  out += R"(,"request_id":)";
  json::append_string(out, request_id);
  out += "}}";
  return out;
}

}  // namespace darkroom
