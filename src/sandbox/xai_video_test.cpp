#include "sandbox/xai_video.h"

#include <fmt/format.h>

#include "sandbox/film.h"
#include "tests/support/film_vendor.h"

namespace darkroom::sandbox {
namespace {

using test::bytes_of;
using test::FilmFacts;
using test::json_of;

std::string body(std::string_view prompt, std::string_view more = "", std::string_view model = "grok-imagine-video") {
  return fmt::format(R"({{"model":"{}","prompt":"{}"{}}})", model, prompt, more);
}
constexpr std::string_view kImage = R"(,"image":{"url":"https://cdn.example/a.png"})";

class XaiVideoTest : public testing::Test {
 protected:
  json::object submit(const std::string& text, int expected_status = 200, std::string_view call = "generations") {
    const Reply reply = vendor_.post(fmt::format("/v1/videos/{}", call), text);
    EXPECT_EQ(reply.response.status, expected_status) << text << bytes_of(reply.response);
    return json_of(reply);
  }
  Reply poll(std::string_view id) { return vendor_.get(fmt::format("/v1/videos/{}", id)); }
  json::object finish(const std::string& text) {
    const std::string id = json::get_string(submit(text), "request_id");
    vendor_.finish();
    return json_of(poll(id));
  }
  std::string film(const json::object& done) {
    return bytes_of(vendor_.follow(done.at("video").at("url").as_string()).response);
  }

  test::FilmVendor vendor_{make_xai_video, "Bearer sandbox"};
};

TEST_F(XaiVideoTest, ARequestIsPendingThenDone) {
  const std::string id = json::get_string(submit(body("a fox", R"(,"duration":2,"aspect_ratio":"1:1")")), "request_id");
  const Reply pending = poll(id);
  EXPECT_EQ(pending.response.status, 202);
  EXPECT_EQ(json_of(pending).at("status"), "pending");
  vendor_.finish();
  const json::object done = json_of(poll(id));
  EXPECT_EQ(done.at("status"), "done");
  EXPECT_EQ(done.at("video").at("respect_moderation"), true);
  EXPECT_EQ(test::read_film(film(done)), (FilmFacts{480, 480, 2000, true}));
  EXPECT_EQ(poll("0000000000000000").response.status, 404);
}

TEST_F(XaiVideoTest, RefusesWrongRequestsAsTheVendorDoes) {
  const std::string references = R"(,"reference_images":[{"url":"https://cdn.example/a.png"}])";
  struct Case {
    std::string text;
    int status;
  };
  for (const Case& c :
       {Case{"", 415}, Case{"{", 422}, Case{"{}", 422}, Case{R"({"model":"grok-imagine-video"})", 422},
        Case{body("x", "", "grok-9"), 404}, Case{body("x", R"(,"n":2)"), 400}, Case{body("x", R"(,"seed":2)"), 400},
        Case{body("x", R"(,"duration":31)"), 400}, Case{body("x", R"(,"aspect_ratio":"21:9")"), 400},
        Case{body("x", R"(,"resolution":"1080p")"), 400}, Case{body("x", R"(,"generate_audio":true)"), 400},
        Case{body("x", R"(,"image":"https://cdn.example/a.png")"), 400},
        Case{body("x", R"(,"image":{"url":"ftp://a"})"), 400},
        Case{body("x", std::string(kImage) + references), 400}}) {
    EXPECT_TRUE(submit(c.text, c.status).contains("error")) << c.text;
  }
  submit(body("x", references));
  submit(body("x", R"(,"generate_audio":true,"resolution":"1080p")", "grok-imagine-video-1.5"));
  submit(body("x", R"(,"video":{"url":"https://cdn.example/v.mp4"})"), 200, "edits");
  submit(body("x"), 422, "edits");
}

TEST_F(XaiVideoTest, ChecksTheKey) {
  http::Request request = vendor_.make("POST", "/v1/videos/generations", body("x"));
  request.headers = {{"Content-Type", "application/json"}};
  EXPECT_EQ(vendor_.ask(request).response.status, 401);
  request.headers = {{"Authorization", "Bearer bad-key"}, {"Content-Type", "application/json"}};
  const Reply wrong = vendor_.ask(request);
  EXPECT_EQ(wrong.response.status, 400);
  EXPECT_NE(bytes_of(wrong.response).find("API key"), std::string::npos);
}

TEST_F(XaiVideoTest, DoesWhatTheWordsSay) {
  submit(body("#fail:503x1"), 503);
  submit(body("#fail:503x1"));
  EXPECT_NE(json::get_string(submit(body("#moderated"), 400), "error").find("content moderation"), std::string::npos);
  const json::object blocked = finish(body("#blocked"));
  EXPECT_EQ(blocked.at("video").at("respect_moderation"), false);
  EXPECT_FALSE(blocked.at("video").as_object().contains("url"));
  EXPECT_FALSE(finish(body("#textonly")).at("video").as_object().contains("url"));
  EXPECT_EQ(film(finish(body("#badimage"))), kNoFilm);
}

}  // namespace
}  // namespace darkroom::sandbox
