#include "sandbox/ark_image.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "sandbox/base64.h"
#include "sandbox/painter.h"
#include "tests/support/film_vendor.h"

namespace darkroom::sandbox {
namespace {

using test::bytes_of;

constexpr std::string_view kPng = "\x89PNG";
constexpr std::string_view kJpeg = "\xFF\xD8\xFF";

std::string body(std::string_view prompt, std::string_view more = R"(,"response_format":"b64_json","size":"2K")",
                 std::string_view model = "doubao-seedream-4-0-250828") {
  return fmt::format(R"({{"model":"{}","prompt":{}{}}})", model, json::print(json::value(prompt)), more);
}

class ArkImageTest : public testing::Test {
 protected:
  static http::Request post(std::string text) {
    http::Request request;
    request.method = "POST";
    request.path = "/api/v3/images/generations";
    request.headers = {{"Authorization", "Bearer sandbox"}};
    request.body = std::move(text);
    return request;
  }
  json::object ask(const http::Request& request, int expected_status = 200) {
    const Reply reply = ark_->answer(request, "http://127.0.0.1:9/ark");
    EXPECT_EQ(reply.response.status, expected_status) << request.body << bytes_of(reply.response).substr(0, 300);
    return test::json_of(reply);
  }
  json::object ask(const std::string& text, int expected_status = 200) { return ask(post(text), expected_status); }
  std::string refusal(const std::string& text, int expected_status = 400) {
    return json::get_string(ask(text, expected_status).at("error").as_object(), "code");
  }
  static std::string picture(const json::object& answer, std::size_t index = 0) {
    return decode_base64(answer.at("data").at(index).at("b64_json").as_string()).value_or("");
  }

  SeededRandom random_{7};
  std::unique_ptr<StandIn> ark_ = make_ark_image(random_);
};

TEST_F(ArkImageTest, AnswersWithPicturesOfTheAskedPixelsAndFormat) {
  const std::string b64 = R"(,"response_format":"b64_json")";
  const std::string jpeg = picture(ask(body("a fox", b64 + R"(,"size":"1312x736")")));
  EXPECT_TRUE(jpeg.starts_with(kJpeg));
  EXPECT_EQ(find_picture_size(as_bytes(jpeg)), (PixelSize{1312, 736}));
  const json::object answer =
      ask(body("a fox", b64 + R"(,"size":"2848x1600","output_format":"png")", "doubao-seedream-5-0-lite-260128"));
  EXPECT_TRUE(picture(answer).starts_with(kPng));
  EXPECT_EQ(find_picture_size(as_bytes(picture(answer))), (PixelSize{2848, 1600}));
  EXPECT_EQ(answer.at("data").at(0).at("size"), "2848x1600");
  EXPECT_EQ(answer.at("usage").at("generated_images"), 1);
}

TEST_F(ArkImageTest, AClassFollowsTheFirstReferenceOrIsSquare) {
  const std::string b64 = R"(,"response_format":"b64_json","size":"1K")";
  EXPECT_EQ(find_picture_size(as_bytes(picture(ask(body("a fox", b64))))), (PixelSize{1024, 1024}));
  Painting wide;
  wide.size = {320, 180};
  std::string uri = "data:image/png;base64,";
  append_base64(uri, *paint(wide));
  const std::string text = body("a fox", fmt::format(R"({},"image":["https://cdn.example/a.png","{}"])", b64, uri));
  EXPECT_EQ(find_picture_size(as_bytes(picture(ask(text)))), (PixelSize{1312, 736}));
}

TEST_F(ArkImageTest, MakesSetsOfDifferentPictures) {
  const std::string set = R"(,"response_format":"b64_json","size":"1K","sequential_image_generation":"auto",
      "sequential_image_generation_options":{"max_images":3})";
  const json::object answer = ask(body("a fox", set));
  ASSERT_EQ(answer.at("data").as_array().size(), 3U);
  EXPECT_NE(picture(answer, 0), picture(answer, 1));
  EXPECT_NE(picture(answer, 1), picture(answer, 2));
  const json::object partly = ask(body("a fox #partial:2", set));
  EXPECT_TRUE(partly.at("data").at(1).as_object().contains("b64_json"));
  EXPECT_EQ(partly.at("data").at(2).at("error").at("code"), "OutputImageSensitiveContentDetected");
  EXPECT_EQ(partly.at("usage").at("generated_images"), 2);
}

TEST_F(ArkImageTest, EqualRequestsHaveEqualPicturesAndOtherIndexesOthers) {
  const std::string text = body("a fox", R"(,"response_format":"b64_json","size":"1K")");
  const std::string first = picture(ask(text));
  EXPECT_EQ(picture(ask(text)), first);
  http::Request second = post(text);
  second.headers.add("x-darkroom-call", "0123/1");
  EXPECT_NE(picture(ask(second)), first);
}

TEST_F(ArkImageTest, GivesLinksWhereNoBytesAreWanted) {
  const json::object answer = ask(body("a fox", R"(,"size":"1K")"));
  const std::string link(answer.at("data").at(0).at("url").as_string());
  constexpr std::string_view kBase = "http://127.0.0.1:9/ark";
  ASSERT_TRUE(link.starts_with(kBase)) << link;
  http::Request request;
  request.method = "GET";
  request.path = link.substr(kBase.size());
  ASSERT_TRUE(ark_->serves(request));
  const Reply reply = ark_->answer(request, std::string(kBase));
  EXPECT_EQ(reply.response.content_type, "image/jpeg");
  EXPECT_EQ(find_picture_size(as_bytes(bytes_of(reply.response))), (PixelSize{1024, 1024}));
  request.path = "/pictures/0000000000000000.jpeg";
  EXPECT_EQ(ark_->answer(request, std::string(kBase)).response.status, 404);
}

TEST_F(ArkImageTest, RefusesWrongRequestsAsTheVendorDoes) {
  const std::string lite = "doubao-seedream-5-0-lite-260128";
  std::string twenty_one;
  for (int i = 0; i < 21; ++i) twenty_one += (i == 0 ? "" : ",") + std::string(R"("https://cdn.example/a.png")");
  struct Case {
    std::string text;
    const char* code;
  };
  const Case cases[] = {
      {"", "InvalidParameter"},
      {"{}", "MissingParameter.model"},
      {R"({"model":"doubao-seedream-4-0-250828"})", "MissingParameter.prompt"},
      {body("x", R"(,"n":2)"), "InvalidParameter.n"},
      {body("x", R"(,"size":"3K")"), "InvalidParameter.size"},
      {body("x", R"(,"size":"16:9")"), "InvalidParameter.size"},
      {body("x", R"(,"size":"100x100")"), "InvalidParameter.size"},
      {body("x", R"(,"size":"16384x16384")"), "InvalidParameter.size"},
      {body("x", R"(,"size":"16000x600")"), "InvalidParameter.size"},
      {body("x", R"(,"size":"1024x1024")", lite), "InvalidParameter.size"},
      {body("x", R"(,"size":"1K")", lite), "InvalidParameter.size"},
      {body("x", R"(,"output_format":"png")"), "InvalidParameter.output_format"},
      {body("x", R"(,"output_format":"gif")", lite), "InvalidParameter.output_format"},
      {body("x", R"(,"response_format":"png")"), "InvalidParameter.response_format"},
      {body("x", R"(,"watermark":"no")"), "InvalidParameter.watermark"},
      {body("x", R"(,"seed":7)"), "InvalidParameter.seed"},
      {body("x", R"(,"stream":true)"), "InvalidParameter.stream"},
      {body("x", R"(,"tools":[{"type":"web_search"}])"), "InvalidParameter.tools"},
      {body("x", R"(,"image":7)"), "InvalidParameter.image"},
      {body("x", R"(,"image":"ftp://a/b")"), "InvalidParameter.image"},
      {body("x", R"(,"image":"data:image/png;base64,AAAA")"), "InvalidParameter.image"},
      {body("x", fmt::format(R"(,"image":[{}])", twenty_one), lite), "InvalidParameter.image"},
      {body("x", R"(,"sequential_image_generation":"yes")"), "InvalidParameter.sequential_image_generation"},
      {body("x", R"(,"sequential_image_generation":"auto")", "doubao-seedream-5-0-pro-260628"),
       "InvalidParameter.sequential_image_generation"},
      {body("x", R"(,"sequential_image_generation_options":{"max_images":16})"),
       "InvalidParameter.sequential_image_generation_options.max_images"},
  };
  for (const Case& c : cases) EXPECT_EQ(refusal(c.text), c.code) << c.text;
  EXPECT_EQ(refusal(body("x", "", "doubao-seedream-9"), 404), "InvalidEndpointOrModel.NotFound");
}

TEST_F(ArkImageTest, ChecksTheKey) {
  for (const char* key : {"", "Bearer bad-key", "Key sandbox"}) {
    http::Request request = post(body("x"));
    request.headers = {{"Authorization", key}};
    EXPECT_EQ(ask(request, 401).at("error").at("code"), "AuthenticationError") << key;
  }
}

TEST_F(ArkImageTest, DoesWhatTheWordsSay) {
  EXPECT_EQ(refusal(body("#fail:429"), 429), "ModelAccountRpmRateLimitExceeded");
  EXPECT_EQ(refusal(body("#fail:503x1"), 503), "InternalServiceError");
  ask(body("#fail:503x1"));
  EXPECT_EQ(refusal(body("#moderated")), "InputTextSensitiveContentDetected");
  const json::object blocked = ask(body("#blocked"));
  EXPECT_EQ(blocked.at("data").at(0).at("error").at("code"), "OutputImageSensitiveContentDetected");
  EXPECT_TRUE(ask(body("#textonly")).at("data").as_array().empty());
  EXPECT_EQ(picture(ask(body("#badimage"))), kNoPicture);
  const std::string big = picture(ask(body("#size:3MB")));
  EXPECT_GE(big.size(), 3'000'000U);
  EXPECT_TRUE(find_picture_size(as_bytes(big)));
  const Reply slow = ark_->answer(post(body("#truncate #slow:2s #moderated")), "");
  EXPECT_TRUE(slow.truncate);
  EXPECT_EQ(slow.delay, milliseconds(2'000));
  EXPECT_TRUE(ark_->answer(post(body("#hang")), "").hang);
}

}  // namespace
}  // namespace darkroom::sandbox
