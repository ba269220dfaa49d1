#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/api_world.h"

namespace darkroom::test {
namespace {

struct Picture {
  explicit Picture(ApiWorld& world) : id(world.submit()) {
    world.finish(id);
    path = "/media/tasks/" + id.substr(5) + "/0.png";
  }
  std::string id;
  std::string path;
};

TEST(Media, ServesTheStoredBytesToAnyoneAsImmutable) {
  ApiWorld world;
  const Picture picture(world);
  const http::Response response = world.call({"GET", picture.path});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body_text(response), "0123456789");
  EXPECT_EQ(response.content_type, "image/png");
  EXPECT_EQ(header_of(response, "Cache-Control"), "public, max-age=604800, immutable");
  EXPECT_EQ(header_of(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header_of(response, "Content-Security-Policy"), "default-src 'none'; sandbox");
  EXPECT_EQ(header_of(response, "Accept-Ranges"), "bytes");
  EXPECT_THAT(header_of(response, "Last-Modified"), testing::EndsWith(" GMT"));
  EXPECT_EQ(world.call({"HEAD", picture.path}).status, 200);
}

TEST(Media, ServesOneRange) {
  ApiWorld world;
  const Picture picture(world);
  struct Row {
    const char* range;
    int status;
    const char* body;
    const char* content_range;
  };
  for (const Row& row : {Row{"bytes=0-3", 206, "0123", "bytes 0-3/10"}, Row{"bytes=4-", 206, "456789", "bytes 4-9/10"},
                         Row{"bytes=-2", 206, "89", "bytes 8-9/10"}, Row{"bytes=8-99", 206, "89", "bytes 8-9/10"},
                         Row{"bytes=0-1,4-5", 200, "0123456789", ""}, Row{"lines=1-2", 200, "0123456789", ""}}) {
    const http::Response response = world.call({"GET", picture.path, "", "", {{"Range", row.range}}});
    EXPECT_EQ(response.status, row.status) << row.range;
    EXPECT_EQ(body_text(response), row.body) << row.range;
    EXPECT_EQ(header_of(response, "Content-Range"), row.content_range) << row.range;
  }
  const http::Response outside = world.call({"GET", picture.path, "", "", {{"Range", "bytes=10-"}}});
  EXPECT_EQ(outside.status, 416);
  EXPECT_EQ(error_code(outside), 40006);
  EXPECT_EQ(header_of(outside, "Content-Range"), "bytes */10");
}

TEST(Media, ValidatesWithTheEntityTag) {
  ApiWorld world;
  const Picture picture(world);
  const std::string tag = header_of(world.call({"GET", picture.path}), "ETag");
  EXPECT_EQ(world.call({"GET", picture.path, "", "", {{"If-None-Match", tag}}}).status, 304);
  EXPECT_EQ(world.call({"GET", picture.path, "", "", {{"Range", "bytes=0-3"}, {"If-Range", tag}}}).status, 206);
  EXPECT_EQ(world.call({"GET", picture.path, "", "", {{"Range", "bytes=0-3"}, {"If-Range", "\"old\""}}}).status, 200);
}

TEST(Media, EndsWithItsRetention) {
  ApiWorld world;
  const Picture picture(world);
  world.advance(std::chrono::days(7) - milliseconds(1));
  EXPECT_EQ(world.call({"GET", picture.path}).status, 200);
  world.advance(milliseconds(1));
  EXPECT_EQ(world.call({"GET", picture.path}).status, 404);
}

TEST(Media, ShowsNothingButOutputsOfCompletedTasks) {
  ApiWorld world;
  const std::string running = world.submit().substr(5);
  world.blobs.put("tasks/" + running + "/0.png", "half done", 1);
  const std::string nobody = "018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e";
  world.blobs.put("tasks/" + nobody + "/0.png", "orphan", 1);
  const Picture picture(world);
  const std::string folder = "/media/tasks/" + picture.id.substr(5);
  world.blobs.put("tasks/" + picture.id.substr(5) + "/reference-0.png", "theirs", 1);
  for (const std::string& path :
       {"/media/tasks/" + running + "/0.png", "/media/tasks/" + nobody + "/0.png", folder + "/1.png",
        folder + "/reference-0.png", folder + "/../0.png", folder + "/0", folder + "/0.p/ng", folder + "/", folder,
        std::string("/media/secret"), folder + "/0.png/"}) {
    const http::Response response = world.call({"GET", path});
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(error_code(response), 40002) << path;
  }
}

}  // namespace
}  // namespace darkroom::test
