// The nearest known word to a mistyped one: for unknown configuration keys, variables and commands.
// Threads: a free function, no state.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace darkroom::app {

// Insertions, deletions, replacements and swaps of neighbours, each counted as one.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The known word with the fewest edits; nothing if even that one is too far to have been meant (more than a third of
// its letters, and more than two).
std::optional<std::string> find_nearest(std::string_view word, std::span<const std::string> known);

}  // namespace darkroom::app
