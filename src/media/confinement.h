// Confinement: what a media worker gives up before it reads its first foreign byte. Afterwards it can compute, use
// memory, and talk on descriptors that it has; it cannot open a file, make a socket, start a process, or write.
// Threads: call once, while the process has a single thread. There is no way back.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace darkroom::media {

enum class Rights : std::uint8_t {
  compute,
  compute_and_write,  // to files that it is handed, at places it names, as far as the parent's limit goes
};

// Small hard resource limits, no new privileges, not dumpable, and a system-call filter: opening and writing fail, any
// other call off the list kills the process. Memory and CPU limits are set from outside, by the parent. Fails with
// io_failed.
Status confine_this_process(Rights rights = Rights::compute);

}  // namespace darkroom::media
