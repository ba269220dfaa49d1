// Query parameters as values. An empty one counts as absent.
// Threads: no state. Fails with invalid_parameter, the parameter named.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/http_message.h"
#include "base/ids.h"
#include "base/result.h"

namespace darkroom::api {

std::unexpected<Error> refuse_parameter(std::string_view name, std::string_view expected);

std::optional<std::int64_t> parse_number(std::string_view text);

// A point in time as the contract writes it: whole seconds since 1970.
Result<std::optional<WallTime>> read_time(const http::Request& request, std::string_view name);

// How many rows a page has: 1 to `most`.
Result<std::size_t> read_limit(const http::Request& request, std::size_t usual, std::size_t most);

// Of lists of tasks: ?cursor=, the id of the last one of the page before; ?status=, as the contract names it; ?key=.
Result<std::optional<TaskId>> read_task_cursor(const http::Request& request);
Result<std::optional<std::string>> read_task_status(const http::Request& request);
Result<std::optional<KeyId>> read_task_key(const http::Request& request);

// For a chain of DR_TRY.
template <class T>
Status put_into(T& place, Result<T> read) {
  if (!read) return fail(std::move(read.error()));
  place = std::move(*read);
  return {};
}

}  // namespace darkroom::api
