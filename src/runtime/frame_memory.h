// Memory of coroutine frames. A loop makes and ends the same few kinds of frames all the time, so each thread keeps
// some of those it has freed. Threads: any; a frame may end on another thread than it began on. Owns: what a thread
// keeps, at most kKeptOfASize frames of a size, until it ends. Under the address and thread sanitizers nothing is kept,
// so that they see.
#pragma once

#include <cstddef>

namespace darkroom {

inline constexpr std::size_t kKeptOfASize = 64;

void* allocate_frame(std::size_t bytes);
void free_frame(void* frame, std::size_t bytes) noexcept;

}  // namespace darkroom
