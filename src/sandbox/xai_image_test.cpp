#include "sandbox/xai_image.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "sandbox/base64.h"
#include "sandbox/painter.h"
#include "tests/support/film_vendor.h"

namespace darkroom::sandbox {
namespace {

class XaiImageTest : public testing::Test {
 protected:
  json::object ask(std::string_view more, int expected_status = 200, std::string_view prompt = "a kite",
                   std::string path = "/v1/images/generations", std::string key = "sandbox") {
    http::Request request;
    request.method = "POST";
    request.path = std::move(path);
    request.headers = {{"Authorization", "Bearer " + key}};
    request.body = fmt::format(R"({{"model":"grok-imagine-image","prompt":"{}"{}}})", prompt, more);
    EXPECT_TRUE(xai_->serves(request));
    const Reply reply = xai_->answer(request, "http://127.0.0.1:9");
    EXPECT_EQ(reply.response.status, expected_status) << request.body;
    return test::json_of(reply);
  }
  json::object edit(std::string_view more, int expected_status = 200) {
    return ask(more, expected_status, "a kite", "/v1/images/edits");
  }
  static std::string picture(const json::object& answer, std::size_t index = 0) {
    return decode_base64(answer.at("data").at(index).at("b64_json").as_string()).value_or("");
  }
  PixelSize size(std::string_view more) { return *find_picture_size(as_bytes(picture(ask(more)))); }
  // {"url", "type"} of a picture twice as wide as high.
  static std::string wide_picture() {
    Painting painting;
    painting.size = {320, 160};
    std::string link = "data:image/png;base64,";
    append_base64(link, *paint(painting));
    return fmt::format(R"({{"type":"image_url","url":"{}"}})", link);
  }

  std::unique_ptr<StandIn> xai_ = make_xai_image();
};

TEST_F(XaiImageTest, PaintsTheAskedShapeAndClass) {
  EXPECT_EQ(size(""), (PixelSize{1024, 1024}));
  EXPECT_EQ(size(R"(,"resolution":"2k")"), (PixelSize{2048, 2048}));
  const PixelSize tall = size(R"(,"aspect_ratio":"9:19.5")");
  EXPECT_NEAR(tall.width_pixels * 19.5, tall.height_pixels * 9.0, 200);
  EXPECT_TRUE(picture(ask("")).starts_with("\xFF\xD8\xFF"));
}

TEST_F(XaiImageTest, EditsPicturesAndFollowsTheFirst) {
  const json::object one = edit(fmt::format(R"(,"image":{})", wide_picture()));
  const PixelSize followed = *find_picture_size(as_bytes(picture(one)));
  EXPECT_NEAR(followed.width_pixels, 2.0 * followed.height_pixels, 32);
  edit(fmt::format(R"(,"images":[{0},{0}])", wide_picture()));
  edit(fmt::format(R"(,"image":{0},"images":[{0}])", wide_picture()), 400);
  edit(R"(,"image":{"url":"https://cdn.example/a.png"})", 400);
  edit("", 422);
}

TEST_F(XaiImageTest, ObeysTheWords) {
  EXPECT_EQ(ask(R"(,"n":2)", 400, "#moderated").at("error"), "Generated image rejected by content moderation.");
  const json::object withheld = ask(R"(,"n":3)", 200, "a kite #partial:2");
  EXPECT_EQ(withheld.at("data").at(1).at("respect_moderation"), true);
  EXPECT_EQ(withheld.at("data").at(2).at("respect_moderation"), false);
  EXPECT_FALSE(withheld.at("data").at(2).as_object().contains("b64_json"));
  EXPECT_EQ(ask("", 200, "#blocked").at("data").at(0).at("respect_moderation"), false);
  EXPECT_FALSE(ask("", 200, "#textonly").at("data").at(0).as_object().contains("b64_json"));
  ask("", 503, "#fail:503");
}

TEST_F(XaiImageTest, RefusesWrongRequestsAsTheVendorDoes) {
  for (const char* more : {R"(,"size":"1024x1024")", R"(,"seed":7)", R"(,"n":11)", R"(,"aspect_ratio":"21:9")",
                           R"(,"resolution":"4k")", R"(,"quality":"auto")"}) {
    ask(more, 400);
  }
  ask("", 401, "a kite", "/v1/images/generations", "bad-key");
}

}  // namespace
}  // namespace darkroom::sandbox
