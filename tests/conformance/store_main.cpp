#include <gtest/gtest.h>

#include <string_view>

#include "tests/conformance/store_crash.h"

// conformance_store [gtest options]
// conformance_store --write-until-killed PATH ACKNOWLEDGED   the process that the crash tests kill (store_crash.h)
int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == darkroom::test::kWriteUntilKilled) {
    darkroom::test::write_until_killed(argv[2], argv[3]);
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
