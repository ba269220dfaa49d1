#include "sandbox/ark_video.h"

#include <fmt/format.h>

#include "sandbox/base64.h"
#include "sandbox/film.h"
#include "tests/support/film_vendor.h"

namespace darkroom::sandbox {
namespace {

using test::bytes_of;
using test::FilmFacts;
using test::json_of;

constexpr const char* kTasks = "/api/v3/contents/generations/tasks";

std::string text_item(std::string_view prompt) { return json::print(json::object{{"type", "text"}, {"text", prompt}}); }
std::string body(std::string_view content, std::string_view more = "",
                 std::string_view model = "doubao-seedance-2-0-260128") {
  return fmt::format(R"({{"model":"{}","content":[{}],"resolution":"480p"{}}})", model, content, more);
}
std::string picture_uri(PixelSize size) {
  Painting painting;
  painting.size = size;
  std::string uri = "data:image/png;base64,";
  append_base64(uri, *paint(painting));
  return uri;
}
std::string picture_item(std::string_view url, std::string_view role) {
  return fmt::format(R"({{"type":"image_url","image_url":{{"url":"{}"}},"role":"{}"}})", url, role);
}

class ArkVideoTest : public testing::Test {
 protected:
  // The id of a task that is made, or the refusal's code.
  std::string submit(const std::string& text, int expected_status = 200) {
    const Reply reply = vendor_.post(kTasks, text);
    EXPECT_EQ(reply.response.status, expected_status) << text << bytes_of(reply.response);
    const json::object tree = json_of(reply);
    const json::value* error = json::find(tree, "error");
    return error == nullptr ? json::get_string(tree, "id") : json::get_string(error->as_object(), "code");
  }
  json::object poll(const std::string& id) { return json_of(vendor_.get(fmt::format("{}/{}", kTasks, id))); }
  json::object finish(const std::string& text) {
    const std::string id = submit(text);
    vendor_.finish();
    return poll(id);
  }
  std::string film(const json::object& task) {
    return bytes_of(vendor_.follow(task.at("content").at("video_url").as_string()).response);
  }

  test::FilmVendor vendor_{make_ark_video, "Bearer sandbox"};
};

TEST_F(ArkVideoTest, ATaskWaitsRunsAndHasAFilm) {
  const std::string id = submit(body(text_item("a fox"), R"(,"ratio":"9:16","duration":4,"generate_audio":false)"));
  EXPECT_TRUE(id.starts_with("cgt-"));
  EXPECT_EQ(poll(id).at("status"), "queued");
  vendor_.pass(kJobTime / 2);
  EXPECT_EQ(poll(id).at("status"), "running");
  vendor_.pass(kJobTime / 2);
  const json::object done = poll(id);
  EXPECT_EQ(done.at("status"), "succeeded");
  EXPECT_EQ(done.at("model"), "doubao-seedance-2-0-260128");
  EXPECT_EQ(done.at("ratio"), "9:16");
  EXPECT_EQ(done.at("created_at"), 1'790'000'000);
  EXPECT_FALSE(done.at("content").as_object().contains("last_frame_url"));
  EXPECT_EQ(test::read_film(film(done)), (FilmFacts{496, 864, 4000, false}));
}

TEST_F(ArkVideoTest, SendsSoundAndTheLastFrameWhenAsked) {
  const json::object done = finish(body(text_item("a fox"), R"(,"duration":4,"return_last_frame":true)"));
  EXPECT_EQ(test::read_film(film(done)), (FilmFacts{864, 496, 4000, true}));
  const Reply frame = vendor_.follow(done.at("content").at("last_frame_url").as_string());
  EXPECT_EQ(frame.response.content_type, "image/png");
  EXPECT_EQ(find_picture_size(as_bytes(bytes_of(frame.response))), (PixelSize{864, 496}));
}

TEST_F(ArkVideoTest, FollowsThePublishedSizes) {
  struct Case {
    const char* settings;
    const char* model;
    PixelSize size;
  };
  for (const Case& c : {Case{R"("ratio":"1:1")", "seedance-2-0-fast-260128", {640, 640}},
                        Case{R"("resolution":"720p","ratio":"4:3")", "dreamina-seedance-2-0-260128", {1112, 834}},
                        Case{R"("resolution":"720p","ratio":"21:9")", "ep-20260101-abcde", {1470, 630}}}) {
    const std::string text = fmt::format(
        R"({{"model":"{}","content":[{}],"duration":4,{}{}}})", c.model, text_item("a fox"), c.settings,
        std::string_view(c.settings).find("resolution") == std::string_view::npos ? R"(,"resolution":"480p")" : "");
    const FilmFacts facts = test::read_film(film(finish(text)));
    EXPECT_EQ(facts.width_pixels, c.size.width_pixels & ~1U) << c.settings;
    EXPECT_EQ(facts.height_pixels, c.size.height_pixels & ~1U) << c.settings;
  }
}

TEST_F(ArkVideoTest, TakesTheShapeOfTheFirstFrame) {
  const json::object done =
      finish(body(text_item("on") + "," + picture_item(picture_uri({320, 420}), "first_frame"), R"(,"duration":4)"));
  EXPECT_EQ(done.at("ratio"), "3:4");
  EXPECT_EQ(test::read_film(film(done)), (FilmFacts{560, 752, 4000, true}));
}

// What the gateway chooses to find a task by is no part of what is asked for.
TEST_F(ArkVideoTest, EqualTasksHaveEqualFilms) {
  const std::string first = film(finish(body(text_item("a fox"), R"(,"duration":4,"seed":1)")));
  EXPECT_EQ(film(finish(body(text_item("a fox"), R"(,"duration":4,"seed":2,"execution_expires_after":90000)"))), first);
  EXPECT_NE(film(finish(body(text_item("a dog"), R"(,"duration":4,"seed":1)"))), first);
  http::Request second = vendor_.make("POST", kTasks, body(text_item("a fox"), R"(,"duration":4,"seed":1)"));
  second.headers.add("x-darkroom-call", "0123/1");
  const std::string id = json::get_string(json_of(vendor_.ask(second)), "id");
  vendor_.finish();
  EXPECT_NE(film(poll(id)), first);
}

TEST_F(ArkVideoTest, RefusesWrongRequestsAsTheVendorDoes) {
  const std::string text = text_item("x");
  const std::string frame = picture_item("https://cdn.example/a.png", "first_frame");
  const std::string last = picture_item("https://cdn.example/a.png", "last_frame");
  const std::string reference = picture_item("https://cdn.example/a.png", "reference_image");
  const std::string film_item =
      R"({"type":"video_url","video_url":{"url":"https://cdn.example/v.mp4"},"role":"reference_video"})";
  const std::string sound =
      R"({"type":"audio_url","audio_url":{"url":"https://cdn.example/s.mp3"},"role":"reference_audio"})";
  std::string ten;
  for (int i = 0; i < 10; ++i) ten += "," + reference;
  struct Case {
    std::string text;
    const char* code;
  };
  const std::vector<Case> cases = {
      {"", "InvalidParameter"},
      {"[]", "InvalidParameter"},
      {"{}", "MissingParameter.model"},
      {R"({"model":"doubao-seedance-2-0-260128"})", "MissingParameter.content"},
      {body(""), "InvalidParameter.content"},
      {body(text, R"(,"size":"16:9")"), "InvalidParameter.size"},
      {body(text, R"(,"ratio":"2:1")"), "InvalidParameter.ratio"},
      {body(text, R"(,"duration":3)"), "InvalidParameter.duration"},
      {body(text, R"(,"duration":16)"), "InvalidParameter.duration"},
      {body(text, R"(,"duration":"5")"), "InvalidParameter.duration"},
      {body(text, R"(,"generate_audio":"yes")"), "InvalidParameter.generate_audio"},
      {body(text, R"(,"seed":4294967296)"), "InvalidParameter.seed"},
      {body(text, R"(,"execution_expires_after":60)"), "InvalidParameter.execution_expires_after"},
      {body(text, R"(,"tools":[{"type":"shell"}])"), "InvalidParameter.tools"},
      {body(text, R"(,"frames":29)"), "InvalidParameter.frames"},
      {body(text, R"(,"camera_fixed":true)"), "InvalidParameter.camera_fixed"},
      {body(text, R"(,"service_tier":"flex")"), "InvalidParameter.service_tier"},
      {body(frame + "," + reference), "InvalidParameter.content"},
      {body(last), "InvalidParameter.content"},
      {body(frame + "," + frame), "InvalidParameter.content"},
      {body(text + ten), "InvalidParameter.content"},
      {body(text + "," + sound), "InvalidParameter.content"},
      {body(R"({"type":"sound"})"), "InvalidParameter.content[0].type"},
      {body(R"({"type":"text"})"), "MissingParameter.content[0].text"},
      {body(picture_item("ftp://a/b.png", "first_frame")), "InvalidParameter.content[0].image_url"},
      {body(picture_item("data:image/png;base64,AAAA", "first_frame")), "InvalidParameter.content[0].image_url"},
      {body(R"({"type":"video_url","video_url":{"url":"data:video/mp4;base64,AAAA"},"role":"reference_video"})"),
       "InvalidParameter.content[0].video_url"},
  };
  for (const Case& c : cases) EXPECT_EQ(submit(c.text, 400), c.code);
  EXPECT_EQ(submit(body(text, "", "seedance-9"), 404), "InvalidEndpointOrModel.NotFound");
  EXPECT_EQ(submit(R"({"model":"doubao-seedance-2-0-fast-260128","content":[{"type":"text","text":"x"}],
                      "resolution":"1080p"})",
                   400),
            "InvalidParameter.resolution");
  EXPECT_EQ(submit(body(text, R"(,"generate_audio":true)", "doubao-seedance-1-0-pro-250528"), 400),
            "InvalidParameter.generate_audio");
  EXPECT_TRUE(submit(body(text + "," + reference + "," + film_item + "," + sound)).starts_with("cgt-"));
}

TEST_F(ArkVideoTest, ChecksTheKey) {
  for (const char* key : {"", "Bearer ", "Bearer bad-key", "Token sandbox"}) {
    http::Request request = vendor_.make("POST", kTasks, body(text_item("x")));
    request.headers = {{"Authorization", key}};
    const Reply reply = vendor_.ask(request);
    EXPECT_EQ(reply.response.status, 401) << key;
    EXPECT_EQ(json_of(reply).at("error").at("code"), "AuthenticationError");
  }
}

TEST_F(ArkVideoTest, DoesWhatTheWordsSay) {
  EXPECT_EQ(submit(body(text_item("#fail:429")), 429), "ModelAccountRpmRateLimitExceeded");
  EXPECT_EQ(submit(body(text_item("#fail:503x1")), 503), "InternalServiceError");
  EXPECT_TRUE(submit(body(text_item("#fail:503x1"))).starts_with("cgt-"));
  EXPECT_EQ(submit(body(text_item("#moderated")), 400), "InputTextSensitiveContentDetected");
  EXPECT_TRUE(vendor_.post(kTasks, body(text_item("#hang"))).hang);

  const json::object blocked = finish(body(text_item("#blocked")));
  EXPECT_EQ(blocked.at("status"), "failed");
  EXPECT_EQ(blocked.at("error").at("code"), "OutputVideoSensitiveContentDetected");
  const json::object empty = finish(body(text_item("#textonly")));
  EXPECT_EQ(empty.at("status"), "succeeded");
  EXPECT_FALSE(empty.contains("content"));

  EXPECT_EQ(film(finish(body(text_item("#badimage")))), kNoFilm);
  EXPECT_GE(film(finish(body(text_item("#size:3MB")))).size(), 3'000'000U);
  const json::object cut = finish(body(text_item("#truncate")));
  EXPECT_TRUE(vendor_.follow(cut.at("content").at("video_url").as_string()).truncate);

  const std::string slow = submit(body(text_item("#slow:5s")));
  vendor_.finish();
  EXPECT_EQ(poll(slow).at("status"), "running");
  vendor_.pass(milliseconds(5'000));
  EXPECT_EQ(poll(slow).at("status"), "succeeded");
}

TEST_F(ArkVideoTest, LetsOnlySomeSucceedAsAsked) {
  for (const unsigned index : {0U, 1U, 2U}) {
    http::Request request = vendor_.make("POST", kTasks, body(text_item("#partial:2")));
    request.headers.add("x-darkroom-call", fmt::format("0123/{}", index));
    const std::string id = json::get_string(json_of(vendor_.ask(request)), "id");
    vendor_.finish();
    EXPECT_EQ(poll(id).at("status"), index < 2 ? "succeeded" : "failed");
  }
}

TEST_F(ArkVideoTest, CancelsWhatIsQueuedOnly) {
  const std::string queued = submit(body(text_item("a")));
  const auto cancel = [&](const std::string& id) {
    return vendor_.ask(vendor_.make("DELETE", fmt::format("{}/{}", kTasks, id))).response.status;
  };
  EXPECT_EQ(cancel(queued), 200);
  EXPECT_EQ(poll(queued).at("status"), "cancelled");
  const std::string running = submit(body(text_item("a")));
  vendor_.pass(kJobTime / 2);
  EXPECT_EQ(cancel(running), 409);
  EXPECT_EQ(cancel("cgt-0000000000000000"), 404);
  EXPECT_EQ(cancel("../images"), 404);
}

TEST_F(ArkVideoTest, ListsItsTasks) {
  const std::string first = submit(body(text_item("a"), R"(,"seed":5,"execution_expires_after":90001)"));
  vendor_.finish();
  const std::string second = submit(body(text_item("b")));
  const json::object all = json_of(vendor_.get(fmt::format("{}?page_num=1&page_size=100", kTasks)));
  EXPECT_EQ(all.at("total"), 2);
  EXPECT_EQ(all.at("items").at(0).at("id").as_string(), second);
  EXPECT_EQ(all.at("items").at(1).at("id").as_string(), first);
  EXPECT_EQ(all.at("items").at(1).at("seed"), 5);
  EXPECT_EQ(all.at("items").at(1).at("execution_expires_after"), 90'001);
  const auto count = [&](std::string_view query) {
    const json::object tree = json_of(vendor_.get(fmt::format("{}?{}", kTasks, query)));
    return std::pair(tree.at("items").as_array().size(), tree.at("total").as_int64());
  };
  EXPECT_EQ(count("filter.status=succeeded"), std::pair(std::size_t{1}, std::int64_t{1}));
  EXPECT_EQ(count("page_size=1&page_num=2"), std::pair(std::size_t{1}, std::int64_t{2}));
  EXPECT_EQ(count("page_size=1&page_num=3"), std::pair(std::size_t{0}, std::int64_t{2}));
  EXPECT_EQ(count(fmt::format("filter.task_ids={}&filter.task_ids=x", first)),
            std::pair(std::size_t{1}, std::int64_t{1}));
}

TEST_F(ArkVideoTest, ShowsFilmsOfFinishedTasksOnly) {
  const std::string id = submit(body(text_item("a fox"), R"(,"duration":4)"));
  const std::string link = fmt::format("{}/files/{}.mp4", test::FilmVendor::kBase, id.substr(4));
  EXPECT_EQ(vendor_.follow(link).response.status, 404);
  vendor_.finish();
  EXPECT_EQ(vendor_.follow(link).response.status, 200);
  for (const char* other : {"/files/0000000000000000.mp4", "/files/x.mp4", "/files/", "/files/0000000000000000.gif"}) {
    EXPECT_EQ(vendor_.follow(std::string(test::FilmVendor::kBase) + other).response.status, 404) << other;
  }
}

}  // namespace
}  // namespace darkroom::sandbox
