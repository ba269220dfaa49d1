// Rows of a query as values. Threads: those of the connection. Fails with what the database or `read` says.
#pragma once

#include <concepts>
#include <optional>
#include <utility>
#include <vector>

#include "store/sqlite/statement.h"

namespace darkroom::store::sqlite {

// The next row through `read`, which gives a T or a Result<T>; nothing after the last.
template <class T, class Read>
Result<std::optional<T>> next(Query& query, Read read) {
  const Result<bool> row = query.next();
  if (!row) return fail(row.error());
  if (!*row) return std::nullopt;
  if constexpr (std::same_as<decltype(read(query)), T>) {
    return std::optional<T>(read(query));
  } else {
    Result<T> value = read(query);
    if (!value) return fail(std::move(value.error()));
    return std::optional<T>(std::move(*value));
  }
}

template <class T, class Read>
Result<std::vector<T>> collect(Query& query, Read read) {
  std::vector<T> rows;
  while (true) {
    Result<std::optional<T>> row = next<T>(query, read);
    if (!row) return fail(std::move(row.error()));
    if (!*row) return rows;
    rows.push_back(std::move(**row));
  }
}

}  // namespace darkroom::store::sqlite
