#include "net/body_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "tests/support/base64.h"
#include "tests/support/temporary_folder.h"

namespace darkroom::net {
namespace {

std::string random_bytes(std::size_t count, SeededRandom& random) {
  std::string bytes(count, '\0');
  random.fill(std::span(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()));
  return bytes;
}

http::FileRange open_range(const std::string& path, std::uint64_t offset, std::uint64_t length) {
  return {std::make_shared<http::OpenFile>(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), offset, length};
}

std::string read_all(BodySource& source, SeededRandom& random) {
  std::string all;
  for (;;) {
    std::vector<std::uint8_t> buffer(1 + random.below(random.below(2) == 0 ? 7 : 200000));
    const auto got = source.read(buffer);
    EXPECT_TRUE(got);
    if (!got || *got == 0) return all;
    all += as_text(ByteView(buffer).first(*got));
  }
}

TEST(BodySource, GivesItsPartsExactlyInAnyPieces) {
  SeededRandom random(20260101);
  const test::TemporaryFolder folder;
  for (const std::size_t size : {0u, 1u, 2u, 3u, 4u, 5u, 49151u, 49152u, 49153u, 200001u}) {
    const std::string plain = random_bytes(size + 10, random);
    const std::string path = folder.write("picture", plain);
    const std::string picture = plain.substr(7, size);
    BodySource source;
    source.add_text("{\"data\":\"");
    source.add_base64(open_range(path, 7, size));
    source.add_text("\"}");
    source.add_file(open_range(path, 7, size));
    const std::string expected = "{\"data\":\"" + test::base64(picture) + "\"}" + picture;
    EXPECT_EQ(source.size(), expected.size());
    EXPECT_EQ(read_all(source, random), expected) << size;
    ASSERT_TRUE(source.rewind());
    EXPECT_EQ(read_all(source, random), expected) << "after rewind";
  }
}

TEST(BodySource, AFileThatShrankIsAnError) {
  const test::TemporaryFolder folder;
  BodySource source;
  source.add_base64(open_range(folder.write("short", "abc"), 0, 30));
  std::vector<std::uint8_t> buffer(100);
  const auto got = source.read(buffer);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::io_failed);
}

}  // namespace
}  // namespace darkroom::net
