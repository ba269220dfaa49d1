// The stand-ins of upscalers: fal's queue and Replicate's predictions.
#include <fmt/format.h>

#include "sandbox/fal.h"
#include "sandbox/film.h"
#include "sandbox/replicate.h"
#include "tests/support/film_vendor.h"

namespace darkroom::sandbox {
namespace {

using test::bytes_of;
using test::FilmFacts;
using test::json_of;

constexpr const char* kFal = "/fal-ai/bytedance-upscaler/upscale/video";
constexpr const char* kReplicate = "/v1/models/topazlabs/video-upscale/predictions";

std::string fal_body(std::string_view more = "", std::string_view word = "") {
  return fmt::format(R"({{"video_url":"https://cdn.example/v.mp4{}"{}}})", word, more);
}
std::string replicate_body(std::string_view more = "", std::string_view word = "") {
  return fmt::format(R"({{"input":{{"video":"https://cdn.example/v.mp4{}"{}}}}})", word, more);
}

class FalTest : public testing::Test {
 protected:
  json::object submit(const std::string& text, int expected_status = 200, const char* path = kFal) {
    const Reply reply = vendor_.post(path, text);
    EXPECT_EQ(reply.response.status, expected_status) << text << bytes_of(reply.response);
    return json_of(reply);
  }
  std::string type_of(const std::string& text) {
    return json::get_string(submit(text, 422).at("detail").at(0).as_object(), "type");
  }
  // Asks one of the links of a request.
  Reply ask(const json::object& queued, std::string_view name, const char* method = "GET") {
    const std::string link = json::get_string(queued, name);
    EXPECT_TRUE(link.starts_with(test::FilmVendor::kBase)) << link;
    return vendor_.ask(vendor_.make(method, link.substr(test::FilmVendor::kBase.size())));
  }

  test::FilmVendor vendor_{make_fal, "Key sandbox"};
};

TEST_F(FalTest, ARequestIsQueuedThenCompletedThenCollected) {
  const json::object queued = submit(fal_body(R"(,"target_resolution":"1080p","target_fps":"60fps")"));
  EXPECT_EQ(queued.at("status"), "IN_QUEUE");
  const Reply waiting = ask(queued, "status_url");
  EXPECT_EQ(waiting.response.status, 202);
  EXPECT_EQ(ask(queued, "response_url").response.status, 400);
  vendor_.finish();
  EXPECT_EQ(json_of(ask(queued, "status_url")).at("status"), "COMPLETED");
  const json::object result = json_of(ask(queued, "response_url"));
  const FilmFacts facts = test::read_film(bytes_of(vendor_.follow(result.at("video").at("url").as_string()).response));
  EXPECT_EQ(facts, (FilmFacts{1920, 1080, 5000, true}));
}

TEST_F(FalTest, RefusesWrongRequestsAsTheVendorDoes) {
  EXPECT_EQ(type_of("{"), "json_invalid");
  EXPECT_EQ(type_of("{}"), "missing");
  EXPECT_EQ(type_of(R"({"video_url":"v.mp4"})"), "file_download_error");
  for (const char* wrong : {R"(,"target_resolution":"720p")", R"(,"target_fps":60)", R"(,"scene":"aigc")",
                            R"(,"enhancement_preset":"opera")"}) {
    EXPECT_EQ(type_of(fal_body(wrong)), "value_error") << wrong;
  }
  submit(R"({"video_url":"https://cdn.example/v.mp4","upscale_factor":2})", 200, "/fal-ai/topaz/upscale/video");
  submit(fal_body(), 404, "/fal-ai/flux");
  http::Request request = vendor_.make("POST", kFal, fal_body());
  request.headers = {{"Authorization", "Bearer sandbox"}};
  EXPECT_EQ(vendor_.ask(request).response.status, 401);
}

// A tool has no prompt: the words stand behind the link's '#'.
TEST_F(FalTest, DoesWhatTheWordsSay) {
  const Reply busy = vendor_.post(kFal, fal_body("", "#fail:503"));
  EXPECT_EQ(busy.response.status, 503);
  EXPECT_EQ(http::find_header(busy.response.headers, "X-Fal-Needs-Retry"), "1");
  EXPECT_EQ(type_of(fal_body("", "#moderated")), "content_policy_violation");
  const json::object blocked = submit(fal_body("", "#blocked"));
  const json::object empty = submit(fal_body("", "#textonly"));
  vendor_.finish();
  EXPECT_EQ(ask(blocked, "response_url").response.status, 422);
  EXPECT_TRUE(json_of(ask(empty, "response_url")).empty());
}

TEST_F(FalTest, CancelsWhatIsNotOver) {
  const json::object queued = submit(fal_body());
  EXPECT_EQ(ask(queued, "cancel_url", "PUT").response.status, 202);
  EXPECT_EQ(json_of(ask(queued, "status_url")).at("status"), "COMPLETED");
  EXPECT_EQ(ask(queued, "response_url").response.status, 499);
  EXPECT_EQ(ask(queued, "cancel_url", "PUT").response.status, 400);
}

class ReplicateTest : public testing::Test {
 protected:
  json::object submit(const std::string& text, int expected_status = 201, const char* path = kReplicate) {
    const Reply reply = vendor_.post(path, text);
    EXPECT_EQ(reply.response.status, expected_status) << text << bytes_of(reply.response);
    return json_of(reply);
  }
  json::object poll(const json::object& prediction) {
    return json_of(vendor_.get(fmt::format("/v1/predictions/{}", json::get_string(prediction, "id"))));
  }

  test::FilmVendor vendor_{make_replicate, "Bearer sandbox"};
};

TEST_F(ReplicateTest, APredictionStartsRunsAndSucceeds) {
  const json::object made = submit(replicate_body(R"(,"target_resolution":"720p","target_fps":30)"));
  EXPECT_EQ(made.at("status"), "starting");
  vendor_.pass(kJobTime / 2);
  EXPECT_EQ(poll(made).at("status"), "processing");
  vendor_.pass(kJobTime / 2);
  const json::object done = poll(made);
  EXPECT_EQ(done.at("status"), "succeeded");
  EXPECT_EQ(test::read_film(bytes_of(vendor_.follow(done.at("output").as_string()).response)),
            (FilmFacts{1280, 720, 5000, true}));
}

TEST_F(ReplicateTest, RefusesWrongRequestsAsTheVendorDoes) {
  submit("{", 400);
  submit("{}", 422);
  submit(R"({"input":{}})", 422);
  submit(replicate_body(R"(,"target_resolution":"2k")"), 422);
  submit(replicate_body(R"(,"target_fps":121)"), 422);
  submit(replicate_body(R"(,"scene":"aigc")"), 422);
  submit(replicate_body(R"(,"target_resolution":"2k","scene":"aigc")"), 201,
         "/v1/models/bytedance/video-upscaler/predictions");
  submit(replicate_body(), 404, "/v1/models/owner/name/predictions");
  submit(replicate_body(), 422, "/v1/predictions");
  http::Request request = vendor_.make("POST", kReplicate, replicate_body());
  request.headers = {{"Authorization", "Key sandbox"}};
  EXPECT_EQ(vendor_.ask(request).response.status, 401);
}

TEST_F(ReplicateTest, DoesWhatTheWordsSay) {
  const json::object limited = submit(replicate_body("", "#fail:429"), 429);
  EXPECT_NE(json::get_string(limited, "detail").find("resets in ~1s"), std::string::npos);
  const json::object moderated = submit(replicate_body("", "#moderated"));
  const json::object empty = submit(replicate_body("", "#textonly"));
  vendor_.finish();
  EXPECT_EQ(poll(moderated).at("status"), "failed");
  EXPECT_NE(json::get_string(poll(moderated), "error").find("E005"), std::string::npos);
  EXPECT_EQ(poll(empty).at("status"), "succeeded");
  EXPECT_TRUE(poll(empty).at("output").is_null());
}

TEST_F(ReplicateTest, CancelsWhatIsNotOver) {
  const json::object made = submit(replicate_body());
  const std::string path = fmt::format("/v1/predictions/{}/cancel", json::get_string(made, "id"));
  EXPECT_EQ(json_of(vendor_.post(path, "")).at("status"), "canceled");
  EXPECT_EQ(poll(made).at("status"), "canceled");
  EXPECT_EQ(vendor_.post("/v1/predictions/0000000000000000/cancel", "").response.status, 404);
}

}  // namespace
}  // namespace darkroom::sandbox
