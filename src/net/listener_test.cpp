#include "net/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <filesystem>

#include "net/unix_address.h"
#include "tests/support/temporary_folder.h"

namespace darkroom::net {
namespace {

using testing::HasSubstr;

TEST(Listener, TakesALocalSocketInAFolderOfAnyLength) {
  const test::TemporaryFolder folder;
  const std::filesystem::path deep = folder.path() / std::string(200, 'd');
  const std::string path = (deep / "admin.sock").string();
  EXPECT_FALSE(open_unix_listener(path, 0600));
  EXPECT_EQ(UnixAddress::of(path).error().code, Code::not_found);
  std::filesystem::create_directory(deep);
  {
    const auto listener = open_unix_listener(path, 0600);
    ASSERT_TRUE(listener) << listener.error().message;
    EXPECT_TRUE(std::filesystem::is_socket(path));
    EXPECT_FALSE(open_unix_listener(path, 0600));  // alive: not replaced
    const auto address = UnixAddress::of(path);
    ASSERT_TRUE(address);
    const FileDescriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(client.get(), address->get(), address->size()), 0);
  }
  EXPECT_TRUE(open_unix_listener(path, 0600));  // what is left of the first one is replaced
  EXPECT_FALSE(open_unix_listener("", 0600));
  EXPECT_FALSE(open_unix_listener((folder.path() / std::string(200, 's')).string(), 0600));
}

TEST(Listener, RefusesAddressesThatCannotBe) {
  for (const char* bad :
       {"", "8080", "127.0.0.1", "127.0.0.1:", "::1:8080", "127.0.0.1:port", "192.0.2.1:0", "127.0.0.1:70000"}) {
    EXPECT_FALSE(open_tcp_listener(bad, true)) << bad;
  }
  const auto taken = open_tcp_listener("127.0.0.1:0", true);
  ASSERT_TRUE(taken);
  const auto second = open_tcp_listener(print_local_address(taken->get()), true);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("Address already in use"));
}

}  // namespace
}  // namespace darkroom::net
