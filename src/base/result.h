// Result<T>: a value or an Error. Used wherever failure is expected; exceptions come only from third-party code.
#pragma once

#include <expected>

#include "base/error.h"

namespace darkroom {

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

// `return fail(Code::not_found);` in a function that returns any Result.
inline std::unexpected<Error> fail(Code code) { return std::unexpected(make_error(code)); }
inline std::unexpected<Error> fail(Code code, std::string message, std::string field = {}) {
  return std::unexpected(make_error(code, std::move(message), std::move(field)));
}
inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

}  // namespace darkroom

// Evaluates an expression that gives a Result; returns its error from the enclosing function, else goes on.
#define DR_TRY(expression)                                                                               \
  do {                                                                                                   \
    if (auto dr_result = (expression); !dr_result) return std::unexpected(std::move(dr_result.error())); \
  } while (false)
// The same in a coroutine.
#define DR_CO_TRY(expression)                                                                               \
  do {                                                                                                      \
    if (auto dr_result = (expression); !dr_result) co_return std::unexpected(std::move(dr_result.error())); \
  } while (false)
