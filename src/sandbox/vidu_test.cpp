#include "sandbox/vidu.h"

#include <fmt/format.h>

#include "sandbox/film.h"
#include "tests/support/film_vendor.h"

namespace darkroom::sandbox {
namespace {

using test::bytes_of;
using test::FilmFacts;
using test::json_of;

std::string body(std::string_view prompt, std::string_view more = "", std::string_view model = "viduq3-pro") {
  return fmt::format(R"({{"model":"{}","prompt":"{}","resolution":"540p","payload":"task-81"{}}})", model, prompt,
                     more);
}
constexpr std::string_view kOne = R"(,"images":["https://cdn.example/a.png"])";
constexpr std::string_view kTwo = R"(,"images":["https://cdn.example/a.png","https://cdn.example/b.png"])";

class ViduTest : public testing::Test {
 protected:
  json::object submit(std::string_view path, const std::string& text, int expected_status = 200) {
    const Reply reply = vendor_.post(fmt::format("/ent/v2/{}", path), text);
    EXPECT_EQ(reply.response.status, expected_status) << text << bytes_of(reply.response);
    return json_of(reply);
  }
  std::string refusal(std::string_view path, const std::string& text) {
    return json::get_string(submit(path, text, 400), "reason");
  }
  json::object poll(std::string_view id) { return json_of(vendor_.get(fmt::format("/ent/v2/tasks/{}/creations", id))); }
  json::object finish(std::string_view path, const std::string& text) {
    const std::string id = json::get_string(submit(path, text), "task_id");
    vendor_.finish();
    return poll(id);
  }
  std::string film(const json::object& task) {
    return bytes_of(vendor_.follow(task.at("creations").at(0).at("url").as_string()).response);
  }

  test::FilmVendor vendor_{make_vidu, "Token sandbox"};
};

TEST_F(ViduTest, ATaskWaitsRunsAndHasAFilm) {
  const json::object made = submit("text2video", body("a fox", R"(,"duration":2,"aspect_ratio":"3:4","audio":false)"));
  EXPECT_EQ(made.at("state"), "created");
  EXPECT_EQ(made.at("payload"), "task-81");
  const std::string id(made.at("task_id").as_string());
  EXPECT_EQ(id.find_first_not_of("0123456789"), std::string::npos);
  EXPECT_EQ(poll(id).at("state"), "queueing");
  vendor_.pass(kJobTime / 2);
  EXPECT_EQ(poll(id).at("state"), "processing");
  vendor_.pass(kJobTime / 2);
  const json::object done = poll(id);
  EXPECT_EQ(done.at("state"), "success");
  EXPECT_EQ(done.at("payload"), "task-81");
  EXPECT_EQ(test::read_film(film(done)), (FilmFacts{540, 720, 2000, false}));
}

TEST_F(ViduTest, EachEndpointTakesItsPictures) {
  EXPECT_EQ(test::read_film(film(finish("img2video", body("x", std::string(kOne) + R"(,"duration":1)")))),
            (FilmFacts{960, 540, 1000, true}));
  submit("start-end2video", body("x", kTwo));
  submit("reference2video", body("x", kTwo));
  EXPECT_EQ(refusal("img2video", body("x")), "FieldLacking");
  EXPECT_EQ(refusal("img2video", body("x", kTwo)), "FieldInvalid");
  EXPECT_EQ(refusal("start-end2video", body("x", kOne)), "FieldInvalid");
  EXPECT_EQ(refusal("text2video", body("x", kOne)), "FieldInvalid");
}

TEST_F(ViduTest, RefusesWrongRequestsAsTheVendorDoes) {
  struct Case {
    const char* path;
    std::string text;
    const char* reason;
  };
  for (const Case& c : {Case{"text2video", "", "BadRequest"}, Case{"text2video", "{}", "FieldLacking"},
                        Case{"text2video", R"({"model":"viduq3-pro"})", "FieldLacking"},
                        Case{"text2video", body("x", "", "vidu9"), "ModelUnavailable"},
                        Case{"reference2video", body("x", kOne, "viduq3-pro-fast"), "ModelUnavailable"},
                        Case{"text2video", body("x", R"(,"n":2)"), "FieldInvalid"},
                        Case{"text2video", body("x", R"(,"duration":17)"), "FieldInvalid"},
                        Case{"text2video", body("x", R"(,"duration":11)", "viduq2"), "FieldInvalid"},
                        Case{"text2video", body("x", R"(,"aspect_ratio":"21:9")"), "FieldInvalid"},
                        Case{"text2video", body("x", R"(,"seed":-1)"), "FieldInvalid"},
                        Case{"text2video", body("x", R"(,"style":"anime")"), "FieldInvalid"},
                        Case{"text2video", body("x", R"(,"bgm":true)"), "FieldInvalid"},
                        Case{"img2video", body("x", std::string(kOne) + R"(,"aspect_ratio":"1:1")"), "FieldInvalid"},
                        Case{"img2video", body("x", R"(,"images":["a.png"])"), "FieldInvalid"},
                        Case{"reference2video", body("x", std::string(kOne) + R"(,"duration":2)"), "FieldInvalid"}}) {
    EXPECT_EQ(refusal(c.path, c.text), c.reason) << c.text;
  }
  http::Request request = vendor_.make("POST", "/ent/v2/text2video", body("x"));
  request.headers = {{"Authorization", "Bearer sandbox"}};
  EXPECT_EQ(json_of(vendor_.ask(request)).at("reason"), "Unauthorized");
}

TEST_F(ViduTest, DoesWhatTheWordsSay) {
  EXPECT_EQ(submit("text2video", body("#fail:429"), 429).at("reason"), "TooManyRequests");
  EXPECT_EQ(refusal("text2video", body("#moderated")), "TaskPromptPolicyViolation");
  const json::object blocked = finish("text2video", body("#blocked"));
  EXPECT_EQ(blocked.at("state"), "failed");
  EXPECT_EQ(blocked.at("err_code"), "CreationPolicyViolation");
  EXPECT_TRUE(finish("text2video", body("#textonly")).at("creations").as_array().empty());
  EXPECT_EQ(film(finish("text2video", body("#badimage"))), kNoFilm);
}

TEST_F(ViduTest, CancelsWhatIsQueuedOnlyAndListsAll) {
  const std::string first = json::get_string(submit("text2video", body("a")), "task_id");
  const auto cancel = [&](const std::string& id) {
    return vendor_.post(fmt::format("/ent/v2/tasks/{}/cancel", id), fmt::format(R"({{"id":"{}"}})", id))
        .response.status;
  };
  EXPECT_EQ(cancel(first), 200);
  EXPECT_EQ(poll(first).at("err_code"), "UserCancelled");
  const std::string second = json::get_string(submit("text2video", body("b")), "task_id");
  vendor_.finish();
  EXPECT_EQ(cancel(second), 409);
  EXPECT_EQ(cancel("1"), 404);
  const json::object all = json_of(vendor_.get("/ent/v2/tasks?pager.page=0&pager.pagesz=100"));
  EXPECT_EQ(all.at("tasks").as_array().size(), 2U);
  EXPECT_EQ(all.at("tasks").at(0).at("payload"), "task-81");
  EXPECT_EQ(all.at("next_page_token"), "");
}

}  // namespace
}  // namespace darkroom::sandbox
