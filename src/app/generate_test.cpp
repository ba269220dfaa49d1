#include "app/generate.h"

#include <gtest/gtest.h>

#include "app/progress.h"

namespace darkroom::app {
namespace {

TEST(Generate, BuildsTheSubmit) {
  GenerateOptions options;
  options.prompt = "a \"cat\"";
  options.model = "m";
  EXPECT_EQ(json::print(*make_submit_body(options)), R"({"model":"m","prompt":"a \"cat\""})");
  options.size = "16:9";
  options.count = 2;
  options.images = {"https://a/1.png"};
  options.params = {"seed=5", "size=1:1", "flag=true", "text=five", "quoted=\"5\"", "list=[1,2]", "empty=", "eq=a=b"};
  EXPECT_EQ(json::print(*make_submit_body(options)),
            R"({"model":"m","prompt":"a \"cat\"","size":"1:1","n":2,"image_urls":["https://a/1.png"],"seed":5,)"
            R"("flag":true,"text":"five","quoted":"5","list":[1,2],"empty":"","eq":"a=b"})");
  for (const char* wrong : {"seed", "=5", ""}) {
    options.params = {wrong};
    EXPECT_FALSE(make_submit_body(options)) << wrong;
  }
}

TEST(Generate, PollsOftenAtFirstAndSeldomLater) {
  EXPECT_EQ(poll_delay(0, milliseconds(0)), milliseconds(300));
  milliseconds before{0};
  for (int poll = 0; poll < 40; ++poll) {
    const milliseconds delay = poll_delay(poll, seconds(10));
    EXPECT_GE(delay, before);
    EXPECT_LE(delay, milliseconds(2000));
    before = delay;
  }
  EXPECT_EQ(poll_delay(40, seconds(61)), seconds(5));
}

TEST(Generate, NamesTheFiles) {
  struct Case {
    std::string file;
    std::size_t index;
    std::size_t count;
    std::string type;
    std::string path;
  };
  const Case cases[] = {
      {"", 0, 1, "image/png", "task_1.png"},
      {"", 1, 2, "image/jpeg", "task_1-1.jpg"},
      {"a.png", 0, 1, "image/jpeg", "a.png"},
      {"a.png", 3, 4, "image/png", "a-3.png"},
      {"x/a", 0, 1, "image/webp", "x/a.webp"},
      {"x.y/a", 0, 2, "image/gif; q=1", "x.y/a-0.gif"},
      {"a.b.png", 0, 2, "image/png", "a.b-0.png"},
      {"", 0, 1, "video/mp4", "task_1.mp4"},
      {"a", 0, 1, "application/octet-stream", "a.bin"},
      {"pictures/", 1, 2, "image/png", "pictures/task_1-1.png"},
  };
  for (const Case& row : cases) {
    EXPECT_EQ(output_path(row.file, "task_1", row.index, row.count, row.type), row.path);
  }
}

TEST(Progress, NeverGoesBackAndNeverClaimsTheEnd) {
  double before = -1;
  for (int tenths = 0; tenths < 3000; ++tenths) {
    const double share = progress_share(tenths / 10.0, 8);
    EXPECT_GE(share, before);
    EXPECT_LT(share, 1);
    before = share;
  }
  EXPECT_NEAR(progress_share(4, 8), 0.45, 1e-9);
  EXPECT_LT(progress_share(5, 0), 1);
}

}  // namespace
}  // namespace darkroom::app
