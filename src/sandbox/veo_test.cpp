#include "sandbox/veo.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "sandbox/base64.h"
#include "sandbox/jobs.h"
#include "sandbox/painter.h"
#include "tests/support/film_vendor.h"

namespace darkroom::sandbox {
namespace {

class FakeClock final : public Clock {
 public:
  WallTime wall_now() const override { return WallTime(); }
  SteadyTime steady_now() const override { return now; }
  SteadyTime now{};
};

http::Request ask(std::string method, std::string path, std::string body = {}) {
  http::Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.headers = {{"x-goog-api-key", "sandbox"}};
  request.body = std::move(body);
  return request;
}

class VeoTest : public testing::Test {
 protected:
  static json::object read(const Reply& reply, int expected_status = 200) {
    EXPECT_EQ(reply.response.status, expected_status);
    const auto* text = std::get_if<std::shared_ptr<const std::string>>(&reply.response.body);
    auto tree = text ? json::parse_object(**text, {.depth = 32, .bytes = 256 << 20}) : json::object();
    EXPECT_TRUE(tree);
    return tree ? *tree : json::object();
  }
  static std::string body(std::string_view prompt, std::string_view parameters = "{}", std::string_view instance = "") {
    std::string text = R"({"instances":[{"prompt":)";
    json::append_string(text, prompt);
    return text + std::string(instance) + R"(}],"parameters":)" + std::string(parameters) + "}";
  }
  json::object submit(const std::string& text, int expected_status = 200) {
    return read(gemini_->answer(ask("POST", "/v1beta/models/veo-3.1-generate-preview:predictLongRunning", text), kBase),
                expected_status);
  }
  json::object submit_to_vertex(const std::string& text, int expected_status = 200) {
    return read(vertex_->answer(ask("POST", kVertexModel + ":predictLongRunning", text), kBase), expected_status);
  }
  Reply poll(const std::string& name) { return gemini_->answer(ask("GET", "/v1beta/" + name), kBase); }
  Reply poll_vertex(const std::string& name) {
    std::string text = R"({"operationName":)";
    json::append_string(text, name);
    return vertex_->answer(ask("POST", kVertexModel + ":fetchPredictOperation", text + "}"), kBase);
  }
  void finish() { clock_.now += kJobTime; }
  std::string download(const std::string& name);
  static std::string film_of(const Reply& reply) {
    const auto* range = std::get_if<http::FileRange>(&reply.response.body);
    return range ? std::to_string(range->length) : "";
  }

  inline static const std::string kBase = "http://127.0.0.1:1";
  inline static const std::string kVertexModel =
      "/projects/p/locations/global/publishers/google/models/veo-3.1-generate-001";
  FakeClock clock_;
  SeededRandom random_{7};
  std::unique_ptr<StandIn> gemini_ = make_veo(GoogleHost::gemini_api, clock_, random_);
  std::unique_ptr<StandIn> vertex_ = make_veo(GoogleHost::vertex, clock_, random_);
};

TEST_F(VeoTest, AFilmLiesBehindALinkThatWantsTheKey) {
  const std::string name = json::get_string(submit(body("a fox", R"({"durationSeconds":4})")), "name");
  ASSERT_TRUE(name.starts_with("models/veo-3.1-generate-preview/operations/"));
  EXPECT_FALSE(read(poll(name)).contains("done"));
  finish();
  const json::object done = read(poll(name));
  EXPECT_TRUE(json::get_bool(done, "done"));
  const std::string uri(
      done.at("response").at("generateVideoResponse").at("generatedSamples").at(0).at("video").at("uri").as_string());
  ASSERT_TRUE(uri.starts_with(kBase + "/v1beta/files/"));
  ASSERT_TRUE(uri.ends_with(":download?alt=media"));
  http::Request download = ask("GET", uri.substr(kBase.size(), uri.find('?') - kBase.size()));
  download.query = "alt=media";
  EXPECT_TRUE(gemini_->serves(download));
  const Reply film = gemini_->answer(download, kBase);
  EXPECT_EQ(film.response.content_type, "video/mp4");
  EXPECT_GT(film_of(film).size(), 4U) << "at least ten thousand bytes";
  download.headers.clear();
  EXPECT_EQ(gemini_->answer(download, kBase).response.status, 403);
}

// The film that a finished job has made.
std::string VeoTest::download(const std::string& name) {
  const json::object done = read(poll(name));
  const std::string uri(
      done.at("response").at("generateVideoResponse").at("generatedSamples").at(0).at("video").at("uri").as_string());
  http::Request request = ask("GET", uri.substr(kBase.size(), uri.find('?') - kBase.size()));
  request.query = "alt=media";
  return test::bytes_of(gemini_->answer(request, kBase).response);
}

TEST_F(VeoTest, TakesAFilmOn) {
  const auto take_on = [&](const std::string& bytes, std::string_view parameters, int status) {
    std::string film = R"(,"video":{"encodedVideo":")";
    append_base64(film, bytes);
    return submit(body("and it lands", parameters, film + R"(","encoding":"video/mp4"})"), status);
  };
  const std::string source = json::get_string(submit(body("a boat", R"({"aspectRatio":"9:16"})")), "name");
  const std::string large = json::get_string(submit(body("a boat", R"({"resolution":"1080p"})")), "name");
  finish();
  const std::string film = download(source);
  ASSERT_EQ(test::read_film(film), (test::FilmFacts{720, 1280, 8000, true}));
  const std::string longer = json::get_string(take_on(film, R"({"durationSeconds":8})", 200), "name");
  finish();
  EXPECT_EQ(test::read_film(download(longer)), (test::FilmFacts{720, 1280, 15'000, true}));
  take_on(film, R"({"resolution":"1080p"})", 400);
  take_on(film, R"({"durationSeconds":4})", 400);
  take_on(download(large), "{}", 400);
  take_on("no film", "{}", 400);
}

TEST_F(VeoTest, VertexPutsFilmsIntoItsAnswer) {
  const std::string name =
      json::get_string(submit_to_vertex(body("a fox #badimage #partial:1", R"({"sampleCount":2})")), "name");
  EXPECT_TRUE(
      name.starts_with("projects/p/locations/global/publishers/google/models/veo-3.1-generate-001/operations/"));
  EXPECT_FALSE(read(poll_vertex(name)).contains("done"));
  finish();
  const json::object done = read(poll_vertex(name));
  const json::value& response = done.at("response");
  EXPECT_EQ(response.at("videos").as_array().size(), 1U);
  EXPECT_EQ(response.at("raiMediaFilteredCount").as_int64(), 1);
  EXPECT_FALSE(decode_base64(response.at("videos").at(0).at("bytesBase64Encoded").as_string()).value_or("").empty());
}

TEST_F(VeoTest, ObeysTheWords) {
  EXPECT_EQ(submit(body("a fox #fail:503x1"), 503).at("error").at("status").as_string(), "UNAVAILABLE");
  const std::string slow = json::get_string(submit(body("a fox #slow:5s")), "name");
  finish();
  EXPECT_FALSE(read(poll(slow)).contains("done"));
  submit(body("#moderated"), 400);
  const std::string blocked = json::get_string(submit(body("#blocked")), "name");
  const std::string nothing = json::get_string(submit(body("#textonly")), "name");
  finish();
  const json::object refused = read(poll(blocked));
  EXPECT_EQ(refused.at("response").at("generateVideoResponse").at("raiMediaFilteredCount").as_int64(), 1);
  const json::object empty = read(poll(nothing));
  EXPECT_TRUE(empty.at("response").at("generateVideoResponse").as_object().empty());
  const Reply hang =
      gemini_->answer(ask("POST", "/v1beta/models/veo-3.1-generate-preview:predictLongRunning", body("#hang")), kBase);
  EXPECT_TRUE(hang.hang);
}

TEST_F(VeoTest, KnowsNoOtherOperation) {
  read(poll("models/veo-3.1-generate-preview/operations/0000000000000001"), 404);
  const std::string name = json::get_string(submit(body("a fox")), "name");
  read(poll("models/veo-3.1-fast-generate-preview" + name.substr(name.find("/operations"))), 404);
}

TEST_F(VeoTest, RefusesWrongRequestsAsTheVendorDoes) {
  Painting small;
  small.size = {64, 36};
  std::string picture = R"({"bytesBase64Encoded":")";
  append_base64(picture, paint(small).value());
  picture += R"(","mimeType":"image/png"})";
  const std::string reference = R"({"image":)" + picture + R"(,"referenceType":"asset"})";
  for (const std::string& wrong : {
           std::string("{"),
           std::string("{}"),
           body(""),
           body("x", "[]"),
           body("x", R"({"aspectRatio":"1:1"})"),
           body("x", R"({"resolution":"480p"})"),
           body("x", R"({"durationSeconds":5})"),
           body("x", R"({"durationSeconds":"8"})"),
           body("x", R"({"resolution":"1080p","durationSeconds":4})"),
           body("x", R"({"sampleCount":2})"),
           body("x", R"({"generateAudio":true})"),
           body("x", R"({"seed":-1})"),
           body("x", R"({"personGeneration":"allow_adult"})"),
           body("x", "{}", R"(,"lastFrame":)" + picture),
           body("x", R"({"durationSeconds":4})", R"(,"referenceImages":[)" + reference + "]"),
           body("x", "{}", R"(,"image":)" + picture + R"(,"referenceImages":[)" + reference + "]"),
           body("x", "{}", R"(,"image":{"bytesBase64Encoded":"AAAA","mimeType":"image/png"})"),
       }) {
    EXPECT_EQ(submit(wrong, 400).at("error").at("status").as_string(), "INVALID_ARGUMENT") << wrong.substr(0, 100);
  }
  const std::string inline_data = R"(,"image":{"inlineData":{"mimeType":"image/png","data")" +
                                  picture.substr(picture.find(':'), picture.rfind(',') - picture.find(':')) + "}}";
  submit(body("x", R"({"personGeneration":"allow_adult"})", inline_data));
  submit_to_vertex(body("x", R"({"sampleCount":4,"generateAudio":false,"resizeMode":"crop","enhancePrompt":true})",
                        R"(,"image":)" + picture));
  submit_to_vertex(body("x", R"({"sampleCount":5})"), 400);
}

}  // namespace
}  // namespace darkroom::sandbox
