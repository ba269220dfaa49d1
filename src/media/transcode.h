// Transcode: reads a film, sends its pictures through filters, writes a new one. For the confined enhance worker, since
// it meets hostile bytes. Threads: one (the encoder may use more). Fails with a verdict.
#pragma once

#include <expected>
#include <functional>

#include "base/bytes.h"
#include "media/verdict.h"
#include "media/worker_wire.h"

namespace darkroom::media {

// Writes an MP4 to `output_fd` from its start, as `question` asks. `progress` hears the part that is done.
std::expected<void, Verdict> transcode(ByteView film, const EnhanceQuestion& question, int output_fd,
                                       const std::function<void(double)>& progress);

}  // namespace darkroom::media
