#include "sandbox/openrouter.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "sandbox/base64.h"
#include "sandbox/painter.h"
#include "tests/support/film_vendor.h"

namespace darkroom::sandbox {
namespace {

class OpenrouterTest : public testing::Test {
 protected:
  json::object ask(std::string_view more, int expected_status = 200, std::string_view prompt = "a fox") {
    http::Request request;
    request.method = "POST";
    request.path = "/images";
    request.headers = {{"Authorization", "Bearer sandbox"}};
    request.body = fmt::format(R"({{"model":"google/gemini-3-pro-image-preview","prompt":"{}"{}}})", prompt, more);
    const Reply reply = openrouter_->answer(request, "http://127.0.0.1:9");
    EXPECT_EQ(reply.response.status, expected_status) << request.body;
    return test::json_of(reply);
  }
  static std::string picture(const json::object& answer, std::size_t index = 0) {
    return decode_base64(answer.at("data").at(index).at("b64_json").as_string()).value_or("");
  }
  PixelSize size(std::string_view more) { return *find_picture_size(as_bytes(picture(ask(more)))); }

  SystemClock clock_;
  std::unique_ptr<StandIn> openrouter_ = make_openrouter(clock_);
};

TEST_F(OpenrouterTest, PaintsTheAskedShapeClassAndPixels) {
  EXPECT_EQ(size(""), (PixelSize{1024, 1024}));
  EXPECT_EQ(size(R"(,"resolution":"512","aspect_ratio":"1:1")"), (PixelSize{512, 512}));
  EXPECT_EQ(size(R"(,"size":"640x480")"), (PixelSize{640, 480}));
  const PixelSize wide = size(R"(,"resolution":"512","aspect_ratio":"16:9")");
  EXPECT_NEAR(wide.width_pixels * 9.0, wide.height_pixels * 16.0, 200);
}

TEST_F(OpenrouterTest, FollowsItsFirstReference) {
  Painting painting;
  painting.size = {320, 160};
  std::string link = "data:image/png;base64,";
  append_base64(link, *paint(painting));
  const PixelSize followed =
      size(fmt::format(R"(,"input_references":[{{"type":"image_url","image_url":{{"url":"{}"}}}}])", link));
  EXPECT_NEAR(followed.width_pixels, 2.0 * followed.height_pixels, 32);
}

TEST_F(OpenrouterTest, SaysOfEachPictureWhatItIs) {
  const json::object answer = ask(R"(,"n":2,"output_format":"jpeg","resolution":"512")");
  ASSERT_EQ(answer.at("data").as_array().size(), 2U);
  EXPECT_EQ(answer.at("data").at(1).at("media_type"), "image/jpeg");
  EXPECT_TRUE(picture(answer).starts_with("\xFF\xD8\xFF"));
  EXPECT_NE(picture(answer, 0), picture(answer, 1));
  EXPECT_EQ(ask(R"(,"n":3,"resolution":"512")", 200, "a fox #partial:2").at("data").as_array().size(), 2U);
}

TEST_F(OpenrouterTest, RefusesWhatTheVendorRefuses) {
  for (const char* more : {R"(,"n":11)", R"(,"n":"1")", R"(,"resolution":"8K")", R"(,"aspect_ratio":"7:5")",
                           R"(,"size":"big")", R"(,"size":"0x0")", R"(,"negative_prompt":"a cat")", R"(,"stream":true)",
                           R"(,"input_references":["https://cdn.example/a.png"])"}) {
    EXPECT_EQ(ask(more, 400).at("error").at("code"), 400) << more;
  }
  const json::object flagged = ask("", 403, "a fox #moderated");
  EXPECT_EQ(flagged.at("error").at("metadata").at("reasons").as_array().size(), 1U);
}

}  // namespace
}  // namespace darkroom::sandbox
