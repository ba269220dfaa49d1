#include "sandbox/dashscope.h"

#include <fmt/format.h>

#include "sandbox/film.h"
#include "tests/support/film_vendor.h"

namespace darkroom::sandbox {
namespace {

using test::bytes_of;
using test::FilmFacts;
using test::json_of;

constexpr const char* kSubmit = "/api/v1/services/aigc/video-generation/video-synthesis";
constexpr std::string_view kPicture = "https://cdn.example/a.png";

std::string body(std::string_view input, std::string_view parameters = R"("resolution":"720P")",
                 std::string_view model = "happyhorse-1.0-t2v") {
  return fmt::format(R"({{"model":"{}","input":{{{}}},"parameters":{{{}}}}})", model, input, parameters);
}
std::string prompt(std::string_view text) { return fmt::format(R"("prompt":"{}")", text); }
std::string media(std::string_view type, std::string_view url = kPicture) {
  return fmt::format(R"("media":[{{"type":"{}","url":"{}"}}])", type, url);
}

class DashscopeTest : public testing::Test {
 protected:
  http::Request make(const std::string& text) {
    http::Request request = vendor_.make("POST", kSubmit, text);
    request.headers.add("X-DashScope-Async", "enable");
    return request;
  }
  json::object submit(const std::string& text, int expected_status = 200) {
    const Reply reply = vendor_.ask(make(text));
    EXPECT_EQ(reply.response.status, expected_status) << text << bytes_of(reply.response);
    return json_of(reply);
  }
  std::string refusal(const std::string& text, int status = 400) {
    return json::get_string(submit(text, status), "code");
  }
  std::string begin(const std::string& text) {
    return json::get_string(submit(text).at("output").as_object(), "task_id");
  }
  json::object poll(std::string_view id) {
    return json_of(vendor_.get(fmt::format("/api/v1/tasks/{}", id))).at("output").as_object();
  }
  json::object finish(const std::string& text) {
    const std::string id = begin(text);
    vendor_.finish();
    return poll(id);
  }
  std::string film(const json::object& output) {
    return bytes_of(vendor_.follow(output.at("video_url").as_string()).response);
  }

  test::FilmVendor vendor_{make_dashscope, "Bearer sandbox"};
};

TEST_F(DashscopeTest, ATaskWaitsRunsAndHasAFilm) {
  const std::string id = begin(body(prompt("a fox"), R"("resolution":"720P","ratio":"3:4","duration":3)"));
  EXPECT_EQ(poll(id).at("task_status"), "PENDING");
  vendor_.pass(kJobTime / 2);
  EXPECT_EQ(poll(id).at("task_status"), "RUNNING");
  vendor_.pass(kJobTime / 2);
  const json::object done = poll(id);
  EXPECT_EQ(done.at("task_status"), "SUCCEEDED");
  EXPECT_EQ(test::read_film(film(done)), (FilmFacts{832, 1104, 3000, true}));
  EXPECT_EQ(poll("0000000000000000").at("task_status"), "UNKNOWN");
}

TEST_F(DashscopeTest, EachModelTakesItsMedia) {
  const std::string words = prompt("x") + ",";
  begin(body(media("first_frame"), "", "happyhorse-1.0-i2v"));
  begin(body(words + media("reference_image"), "", "happyhorse-1.0-r2v"));
  begin(body(words + media("video"), R"("audio_setting":"origin")", "happyhorse-1.0-video-edit"));
  begin(body(words + media("first_frame"), "", "wan2.7-i2v"));
  begin(body(prompt("x"), R"("prompt_extend":false)", "wan2.7-t2v-2026-04-25"));
  begin(body(words + media("reference_audio", "https://cdn.example/s.mp3"), R"("ratio":"adaptive","audio":false)",
             "wan3.0-video"));
  EXPECT_EQ(refusal(body(words + media("first_frame"))), "InvalidParameter");
  EXPECT_EQ(refusal(body(prompt("x"), "", "happyhorse-1.0-i2v")), "InvalidParameter");
  EXPECT_EQ(refusal(body(words + media("video", "data:video/mp4;base64,AAAA"), "", "happyhorse-1.0-video-edit")),
            "InvalidParameter");
}

TEST_F(DashscopeTest, RefusesWrongRequestsAsTheVendorDoes) {
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string(R"({"model":"happyhorse-1.0-t2v"})"), body(""),
        body(prompt("x"), R"("resolution":"720p")"), body(prompt("x"), R"("ratio":"2:1")"),
        body(prompt("x"), R"("duration":16)"), body(prompt("x"), R"("duration":2)"), body(prompt("x"), R"("seed":-1)"),
        body(prompt("x"), R"("audio":true)"), body(prompt("x"), R"("prompt_extend":true)"),
        body(prompt("x") + R"(,"negative_prompt":"y")"), body(prompt("x") + R"(,"img_url":"y")"),
        body(media("first_frame"), R"("ratio":"16:9")", "happyhorse-1.0-i2v"),
        body(prompt("x") + "," + media("video"), R"("duration":5)", "happyhorse-1.0-video-edit")}) {
    EXPECT_EQ(refusal(text), "InvalidParameter") << text;
  }
  EXPECT_EQ(refusal(body(prompt("x"), "", "horse"), 404), "ModelNotFound");
  const Reply synchronous = vendor_.post(kSubmit, body(prompt("x")));
  EXPECT_EQ(synchronous.response.status, 403);
  EXPECT_NE(bytes_of(synchronous.response).find("does not support synchronous calls"), std::string::npos);
  http::Request stranger = make(body(prompt("x")));
  stranger.headers = {{"Authorization", "Bearer bad-key"}, {"X-DashScope-Async", "enable"}};
  EXPECT_EQ(json_of(vendor_.ask(stranger)).at("code"), "InvalidApiKey");
}

TEST_F(DashscopeTest, DoesWhatTheWordsSay) {
  EXPECT_EQ(refusal(body(prompt("#fail:429")), 429), "Throttling.RateQuota");
  EXPECT_EQ(refusal(body(prompt("#moderated"))), "DataInspectionFailed");
  const json::object blocked = finish(body(prompt("#blocked")));
  EXPECT_EQ(blocked.at("task_status"), "FAILED");
  EXPECT_EQ(blocked.at("code"), "DataInspectionFailed");
  EXPECT_FALSE(finish(body(prompt("#textonly"))).contains("video_url"));
  EXPECT_EQ(film(finish(body(prompt("#badimage")))), kNoFilm);
}

TEST_F(DashscopeTest, CancelsWhatIsPendingOnlyAndListsByModel) {
  const std::string first = begin(body(prompt("a")));
  const auto cancel = [&](const std::string& id) {
    return vendor_.post(fmt::format("/api/v1/tasks/{}/cancel", id), "").response.status;
  };
  EXPECT_EQ(cancel(first), 200);
  EXPECT_EQ(poll(first).at("task_status"), "CANCELED");
  EXPECT_EQ(cancel(first), 400);
  EXPECT_EQ(cancel("0000000000000000"), 400);
  const auto total = [&](std::string_view model) {
    return json_of(vendor_.get(fmt::format("/api/v1/tasks/?model_name={}&page_no=1&page_size=1", model))).at("total");
  };
  EXPECT_EQ(total("happyhorse-1.0-t2v"), 1);
  EXPECT_EQ(total("happyhorse-1.0-i2v"), 0);
}

}  // namespace
}  // namespace darkroom::sandbox
