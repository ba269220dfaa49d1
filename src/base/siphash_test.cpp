#include "base/siphash.h"

#include <gtest/gtest.h>

#include <string>

namespace darkroom {
namespace {

// The reference vectors of SipHash-2-4-128: the key is 00 01 .. 0f, the text of length n is 00 01 .. n-1.
TEST(SipHash, GivesTheReferenceVectors) {
  const SipKey key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
  struct Vector {
    std::size_t length;
    const char* tag;
  };
  const Vector vectors[] = {
      {0, "a3817f04ba25a8e66df67214c7550293"},  {1, "da87c1d86b99af44347659119b22fc45"},
      {7, "a1f1ebbed8dbc153c0b84aa61ff08239"},  {8, "3b62a9ba6258f5610f83e264f31497b4"},
      {9, "264499060ad9baabc47f8b02bb6d71ed"},  {15, "5493e99933b0a8117e08ec0f97cfc3d9"},
      {16, "6ee2a4ca67b054bbfd3315bf85230577"}, {63, "5150d1772f50834a503e069a973fbd7c"},
  };
  for (const Vector& vector : vectors) {
    std::string text;
    for (std::size_t i = 0; i < vector.length; ++i) text += static_cast<char>(i);
    const SipTag tag = siphash(key, text);
    std::string hex;
    for (std::size_t i = 0; i < sizeof(tag); ++i) {
      constexpr char kDigits[] = "0123456789abcdef";
      const auto byte = static_cast<unsigned>(tag[i / 8] >> (8 * (i % 8))) & 0xff;
      hex += {kDigits[byte >> 4], kDigits[byte & 15]};
    }
    EXPECT_EQ(hex, vector.tag) << vector.length;
  }
}

}  // namespace
}  // namespace darkroom
