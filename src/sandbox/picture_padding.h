// Picture padding: makes an encoded picture longer without changing what it shows, by private chunks that viewers must
// pass over. Pure. For trying how big answers travel.
#pragma once

#include <cstdint>
#include <string>

namespace darkroom::sandbox {

// Both insert incompressible chunks until the picture has at least `bytes` bytes; a few too many at most.
void pad_png(std::string& png, std::uint64_t bytes, std::uint64_t seed);
void pad_jpeg(std::string& jpeg, std::uint64_t bytes, std::uint64_t seed);

}  // namespace darkroom::sandbox
