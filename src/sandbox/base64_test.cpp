#include "sandbox/base64.h"

#include <gtest/gtest.h>

namespace darkroom::sandbox {
namespace {

using namespace std::string_literals;

// The vectors of RFC 4648, section 10, and the ends of the alphabet.
TEST(Base64, EncodesAndDecodes) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xff\xfe\0"s, "//4A"},
  };
  for (const auto& [plain, encoded] : cases) {
    std::string out = ">";
    append_base64(out, plain);
    EXPECT_EQ(out, ">" + encoded);
    EXPECT_EQ(decode_base64(encoded), plain);
  }
}

TEST(Base64, RefusesWhatIsNone) {
  for (const char* text : {"Z", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zm9v\n", "Zm-_", "Zm 9", "Zg=a", "=Zm9"}) {
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace darkroom::sandbox
