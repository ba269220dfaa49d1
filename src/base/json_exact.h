// JSON whose numbers are amounts of money: they are read as they were written, never as a double, and found by a JSON
// pointer. Threads: free functions. Fails with Code::bad_json and a sentence that says where.
#pragma once

#include <string_view>

#include "base/json.h"

namespace darkroom::json {

// As parse() reads it, but every number is the string of its own text: {"total": 0.30} gives "0.30".
Result<value> parse_exact(std::string_view text, const Limits& limits = {});

// Whether `pointer` is a JSON pointer of RFC 6901, such as "/data/0/total"; the empty one means the whole document.
bool is_pointer(std::string_view pointer);
// What it points at; nullptr if there is no such thing.
const value* find_at(const value& tree, std::string_view pointer);

}  // namespace darkroom::json
