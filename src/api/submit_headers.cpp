#include "api/submit_headers.h"

#include <fmt/format.h>

#include <string>

#include "api/waiting.h"

namespace darkroom::api {
namespace {

constexpr std::string_view kIdempotencyKey = "Idempotency-Key";

std::unexpected<Error> refuse(std::string_view field, std::string_view rule) {
  return fail(Code::invalid_parameter, fmt::format("{} {}", field, rule), std::string(field));
}

Status read_idempotency_key(std::string_view value, SubmitHeaders& into) {
  if (into.idempotency_key) return refuse(kIdempotencyKey, "must be sent once");
  if (value.empty() || value.size() > kMaxIdempotencyKeyBytes || !http::is_printable_ascii(value)) {
    return refuse(kIdempotencyKey, fmt::format("must be 1 to {} printable ASCII characters", kMaxIdempotencyKeyBytes));
  }
  into.idempotency_key = value;
  return {};
}

}  // namespace

Result<SubmitHeaders> read_submit_headers(const http::Headers& headers) {
  SubmitHeaders read;
  for (const http::Headers::Field field : headers) {
    if (http::equals_ignoring_case(field.name, kIdempotencyKey)) DR_TRY(read_idempotency_key(field.value, read));
    if (http::equals_ignoring_case(field.name, "Prefer")) {
      if (const auto wait = find_wait_preference(field.value)) read.wait = *wait;
    }
  }
  return read;
}

}  // namespace darkroom::api
