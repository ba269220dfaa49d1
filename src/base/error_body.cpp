#include "base/error_body.h"

#include "base/json_pen.h"

namespace darkroom {

std::string print_error_body(const Error& error, std::string_view request_id) {
  const bool shown = info(error.code).public_number != 0;
  const CodeInfo& row = info(shown ? error.code : Code::internal);
  Pen pen;
  json::ObjectPen envelope(pen);
  json::ObjectPen object(envelope.member("error"));
  object.number("code", row.public_number);
  object.text("message", shown && !error.message.empty() ? std::string_view(error.message) : row.meaning);
  if (shown) object.text_unless_empty("param", error.field);
  object.text("request_id", request_id);
  object.end();
  envelope.end();
  return pen.take();
}

}  // namespace darkroom
