#include "sandbox/openai.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "sandbox/base64.h"

namespace darkroom::sandbox {
namespace {

http::Request generate(std::string body) {
  http::Request request;
  request.method = "POST";
  request.path = "/images/generations";
  request.headers = {{"Authorization", "Bearer sandbox"}, {"Content-Type", "application/json"}};
  request.body = std::move(body);
  return request;
}
std::string body(std::string_view prompt, std::string_view more = "") {
  std::string text = R"({"model":"gpt-image-2","prompt":)";
  json::append_string(text, prompt);
  return text + std::string(more) + "}";
}
std::string part(std::string_view name, std::string_view content, std::string_view file = "") {
  std::string text = "--b\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"";
  if (!file.empty()) text += "; filename=\"" + std::string(file) + "\"\r\nContent-Type: image/png";
  return text + "\r\n\r\n" + std::string(content) + "\r\n";
}

class OpenaiTest : public testing::Test {
 protected:
  json::object ask(const http::Request& request, int expected_status = 200) {
    const Reply reply = openai_->answer(request, "");
    EXPECT_EQ(reply.response.status, expected_status) << request.body.substr(0, 200);
    const auto* text = std::get_if<std::shared_ptr<const std::string>>(&reply.response.body);
    auto tree = text ? json::parse_object(**text, {.depth = 32, .bytes = 256 << 20}) : json::object();
    EXPECT_TRUE(tree);
    return tree ? *tree : json::object();
  }
  json::object ask(std::string_view prompt, std::string_view more = "", int expected_status = 200) {
    return ask(generate(body(prompt, more)), expected_status);
  }
  static std::string picture(const json::object& answer, std::size_t index = 0) {
    return decode_base64(answer.at("data").at(index).at("b64_json").as_string()).value_or("");
  }
  static std::string code_of(const json::object& answer) {
    return json::get_string(answer.at("error").as_object(), "code");
  }
  http::Request edit(const std::string& parts) {
    http::Request request = generate(parts + "--b--\r\n");
    request.path = "/images/edits";
    request.headers = {{"Authorization", "Bearer sandbox"}, {"Content-Type", "multipart/form-data; boundary=b"}};
    return request;
  }

  SystemClock clock_;
  std::unique_ptr<StandIn> openai_ = make_openai(OpenaiServer::vendor, clock_);
};

TEST_F(OpenaiTest, PaintsAllPicturesOfACall) {
  const json::object answer = ask("a fox", R"(,"n":2,"size":"1024x768","quality":"low")");
  ASSERT_EQ(answer.at("data").as_array().size(), 2U);
  EXPECT_NE(picture(answer, 0), picture(answer, 1));
  for (std::size_t index : {0U, 1U}) {
    EXPECT_EQ(find_picture_size(as_bytes(picture(answer, index))), (PixelSize{1024, 768}));
  }
  EXPECT_EQ(answer.at("output_format").as_string(), "png");
  EXPECT_EQ(answer.at("size").as_string(), "1024x768");
  EXPECT_EQ(answer.at("usage").at("output_tokens").as_int64(), 2112);
}

TEST_F(OpenaiTest, SendsTheFormatThatIsAskedFor) {
  EXPECT_TRUE(picture(ask("a fox", R"(,"output_format":"jpeg")")).starts_with("\xff\xd8\xff"));
  EXPECT_TRUE(picture(ask("a fox", R"(,"output_format":"webp")")).starts_with("RIFF"));
}

TEST_F(OpenaiTest, EditsPicturesOfAForm) {
  Painting wide;
  wide.size = {300, 170};
  const std::string png = paint(wide).value();
  const std::string words = part("model", "gpt-image-2") + part("prompt", "as a watercolour");
  const json::object answer = ask(edit(words + part("image", png, "0.png")));
  EXPECT_EQ(find_picture_size(as_bytes(picture(answer))), (PixelSize{1536, 1024}));
  ask(edit(words + part("image[]", png, "0.png") + part("image[]", png, "1.png") + part("size", "1024x1024")));
  EXPECT_EQ(code_of(ask(edit(words), 400)), "missing_required_parameter");
  EXPECT_EQ(code_of(ask(edit(words + part("image", "no picture", "0.png")), 400)), "invalid_image_file");
  EXPECT_EQ(code_of(ask(edit(words + part("photo", png, "0.png")), 400)), "unknown_parameter");
  EXPECT_EQ(code_of(ask(edit(words + part("image", png, "0.png") + part("mask", "no mask", "m.png")), 400)),
            "invalid_mask");
  http::Request broken = edit(words);
  broken.body = "--b\r\n";
  ask(broken, 400);
}

TEST_F(OpenaiTest, RefusesWrongRequestsAsTheVendorDoes) {
  for (const char* wrong :
       {R"(,"size":"1000x1000")", R"(,"size":"16x16")", R"(,"size":"3840x1024")", R"(,"size":"big")", R"(,"n":0)",
        R"(,"n":11)", R"(,"n":"2")", R"(,"quality":"best")", R"(,"background":"red")", R"(,"output_format":"gif")",
        R"(,"moderation":"none")", R"(,"response_format":"url")", R"(,"seed":7)", R"(,"output_compression":50)",
        R"(,"background":"transparent","output_format":"jpeg")", R"(,"image":{})"}) {
    EXPECT_EQ(ask("a fox", wrong, 400).at("error").at("type").as_string(), "invalid_request_error") << wrong;
  }
  ask(generate("{"), 400);
  ask(generate(R"({"model":"gpt-image-2"})"), 400);
  EXPECT_EQ(code_of(ask(generate(R"({"model":"gpt-image-9","prompt":"x"})"), 404)), "model_not_found");
  ask(generate(R"({"model":"gpt-image-1","prompt":"x","size":"2048x2048"})"), 400);
  http::Request request = generate(body("x"));
  request.headers = {{"Authorization", "Bearer bad-key"}};
  EXPECT_EQ(code_of(ask(request, 401)), "invalid_api_key");
  request.headers.clear();
  ask(request, 401);
}

TEST_F(OpenaiTest, ObeysTheWords) {
  EXPECT_EQ(code_of(ask("#moderated", "", 400)), "moderation_blocked");
  EXPECT_EQ(ask("#blocked", "", 400).at("error").at("moderation_details").at("moderation_stage").as_string(), "output");
  EXPECT_EQ(code_of(ask("#fail:429", "", 429)), "rate_limit_exceeded");
  EXPECT_EQ(openai_->answer(generate(body("#fail:429")), "").response.headers.size(), 1U);
  ask("a fox #fail:503x1", "", 503);
  ask("a fox #fail:503x1");
  EXPECT_EQ(ask("#partial:1", R"(,"n":3)").at("data").as_array().size(), 1U);
  EXPECT_EQ(code_of(ask("#partial:0", "", 400)), "moderation_blocked");
  EXPECT_EQ(picture(ask("#badimage")), kNoPicture);
  EXPECT_GE(picture(ask("#size:2MB")).size(), 2'000'000U);
  EXPECT_FALSE(ask("#textonly").at("data").at(0).as_object().contains("b64_json"));
  const Reply reply = openai_->answer(generate(body("#truncate #slow:2s")), "");
  EXPECT_TRUE(reply.truncate);
  EXPECT_EQ(reply.delay, milliseconds(2000));
  EXPECT_TRUE(openai_->answer(generate(body("#hang")), "").hang);
}

TEST_F(OpenaiTest, ACompatibleServerTakesMore) {
  openai_ = make_openai(OpenaiServer::compatible, clock_);
  const json::object answer =
      ask(generate(R"({"model":"sdxl","prompt":"a fox","size":"640x448","seed":7,"negative_prompt":"people"})"));
  EXPECT_EQ(find_picture_size(as_bytes(picture(answer))), (PixelSize{640, 448}));
}

}  // namespace
}  // namespace darkroom::sandbox
