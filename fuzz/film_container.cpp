#include "tests/support/film_container_property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  darkroom::test::check_film_container(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
