#include "tests/support/multipart_property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  darkroom::test::check_multipart(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
