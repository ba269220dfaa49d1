// The catalogue through the API: films, quotes, what has no route, what is measured first, and a model of one's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/api_world.h"
#include "tests/support/repository.h"
#include "tests/support/temporary_folder.h"

namespace darkroom::test {
namespace {

using testing::HasSubstr;

constexpr const char* kImages = "/api/v1/images/generations";
constexpr const char* kVideos = "/api/v1/videos/generations";

// A sandbox that speaks for the vendors of films too.
ApiWorld::Options with_films() {
  ApiWorld::Options options;
  for (const char* kind : {"openai", "ark-image", "ark-video", "vidu", "veo", "veo-vertex", "dashscope", "fal"}) {
    options.upstreams.push_back({std::string("sandbox-") + kind, kind, true});
  }
  return options;
}

Async<Result<catalog::SourceFacts>> find_film(Loop&, AccountId, std::string url) {
  if (url.ends_with("broken.mp4")) co_return fail(Code::bad_media, "the file is not a film");
  if (url.ends_with("busy.mp4")) co_return fail(Code::unavailable);
  co_return catalog::SourceFacts{10'500, 25'000};
}

struct QuoteRow {
  const char* target;
  const char* body;
  const char* answer;
};

TEST(DryRun, AnswersWithThePriceAndDoesNothing) {
  ApiWorld::Options options = with_films();
  options.probe_source = find_film;
  ApiWorld world(std::move(options));
  const ledger::Balance before = world.balance("studio", ledger::Book::live);
  const QuoteRow rows[] = {
      {kImages, R"({"model":"gemini-2.5-flash-image-preview","prompt":"a heron","n":3,"dry_run":true})",
       R"({"model":"gemini-2.5-flash-image-preview","mode":"text-to-image","quote":{"credits":"43.125",)"
       R"("microcredits":43125000,"unit":"image","unit_credits":"14.375","count":3}})"},
      {kImages, R"({"model":"gpt-image-2-official","prompt":"p","size":"3840x2160","quality":"high","dry_run":true})",
       R"({"model":"gpt-image-2-official","mode":"text-to-image","quote":{"credits":"1332.8",)"
       R"("microcredits":1332800000,"unit":"image","unit_credits":"1332.8","count":1}})"},
      {kVideos, R"({"model":"viduq3-pro","prompt":"p","dry_run":true})",
       R"({"model":"viduq3-pro","mode":"text-to-video","quote":{"credits":"690","microcredits":690000000,)"
       R"("unit":"second","unit_credits":"138","count":1,"billed_seconds":5}})"},
      {kVideos,
       R"({"model":"veo3.1-fast-official","prompt":"p","duration":4,"sample_count":2,)"
       R"("generate_audio":true,"dry_run":true})",
       R"({"model":"veo3.1-fast-official","mode":"text-to-video","quote":{"credits":"1104",)"
       R"("microcredits":1104000000,"unit":"second","unit_credits":"138","count":2,"billed_seconds":4}})"},
      {kVideos, R"({"model":"enhance-video-1.0","video_url":"https://cdn.example.org/a.mp4","dry_run":true})",
       R"({"model":"enhance-video-1.0","mode":"enhance","quote":{"credits":"43.1235",)"
       R"("microcredits":43123500,"unit":"second","unit_credits":"4.107","count":1,)"
       R"("billed_seconds":1.05E1}})"},
  };
  for (const QuoteRow& row : rows) {
    const http::Response answer = world.call({"POST", row.target, "live", row.body});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(body_text(answer), row.answer);
  }
  // A quote is no promise of credits.
  EXPECT_EQ(world.call({"POST", kImages, "poor", rows[0].body}).status, 200);
  EXPECT_TRUE(world.accepted.empty());
  EXPECT_EQ(world.balance("studio", ledger::Book::live).available(), before.available());

  const http::Response wrong = world.call(
      {"POST", kImages, "live", R"({"model":"gemini-2.5-flash-image-preview","prompt":"a heron","dry_run":"yes"})"});
  EXPECT_EQ(error_code(wrong), 20003);
  EXPECT_THAT(body_text(wrong), HasSubstr("dry_run must be true or false"));
  const http::Response refused =
      world.call({"POST", kVideos, "live", R"({"model":"viduq3-pro","prompt":"p","duration":17,"dry_run":true})"});
  EXPECT_EQ(error_code(refused), 20003);
  const http::Response real = world.call(
      {"POST", kImages, "live", R"({"model":"gemini-2.5-flash-image-preview","prompt":"a heron","dry_run":false})"});
  EXPECT_THAT(body_text(real), HasSubstr("\"status\":\"processing\""));
  EXPECT_EQ(world.accepted.size(), 1U);
}

TEST(Films, BecomeAPlan) {
  ApiWorld world(with_films());
  const http::Response answer =
      world.call({"POST", kVideos, "live",
                  R"({"model":"doubao-seedance-2.0","prompt":"petals open","duration":4,"resolution":"480P",)"
                  R"("image_urls":["https://cdn.example.org/a.png"],"video_urls":["https://cdn.example.org/b.mp4"]})"});
  ASSERT_EQ(answer.status, 200) << body_text(answer);
  ASSERT_EQ(world.accepted.size(), 1U);
  const auto task = world.ask<std::optional<task::Task>>(
      [&](auto done) { world.store->find_task(world.accepted[0].id, std::move(done)); });
  ASSERT_TRUE(task && *task);
  const task::Plan& plan = (*task)->plan;
  EXPECT_EQ(plan.mode, "reference");
  EXPECT_EQ(plan.kind, "video");
  EXPECT_EQ(plan.unit_price.text(), "193.6");  // 4 x 48.4
  EXPECT_EQ((*task)->hold.text(), "193.6");
  EXPECT_EQ(plan.billed_seconds, 4);
  EXPECT_EQ(plan.cap_seconds, 3600);
  ASSERT_EQ(plan.reference_sources.size(), 2U);
  EXPECT_EQ(plan.reference_sources[0].role, "image");
  EXPECT_EQ(plan.reference_sources[1].role, "video");
  EXPECT_EQ(plan.reference_sources[1].field, "video_urls[0]");
  ASSERT_EQ(plan.routes.size(), 1U);
  EXPECT_EQ(plan.routes[0].wire_model, "doubao-seedance-2-0-260128");
  EXPECT_EQ(plan.routes[0].call_cost.text(), "372");  // 4 x 93
}

TEST(Films, TheVendorsNameOfTheModelGoesByTheMode) {
  ApiWorld world(with_films());
  const http::Response answer = world.call({"POST", kVideos, "live",
                                            R"({"model":"happyhorse-1.0",)"
                                            R"("first_frame_image":"https://cdn.example.org/a.png",)"
                                            R"("size":"1:1",)"
                                            R"("duration":3,"resolution":"720p"})"});
  ASSERT_EQ(answer.status, 200) << body_text(answer);
  EXPECT_EQ(header_of(answer, "Darkroom-Warnings"), "ignored: size");
  const auto task = world.ask<std::optional<task::Task>>(
      [&](auto done) { world.store->find_task(world.accepted[0].id, std::move(done)); });
  ASSERT_TRUE(task && *task);
  EXPECT_EQ((*task)->plan.routes[0].wire_model, "happyhorse-1.0-i2v");
}

TEST(Films, LinksAreNamedAsTheCustomerWroteThem) {
  ApiWorld world(with_films());
  const http::Response answer =
      world.call({"POST", kVideos, "live", R"({"model":"viduq3-pro","first_frame_image":"http://10.0.0.1/a.png"})"});
  EXPECT_EQ(error_code(answer), 20003);
  EXPECT_THAT(body_text(answer), HasSubstr("viduq3-pro: first_frame_image must be a public http(s) URL"));
  EXPECT_THAT(body_text(answer), HasSubstr(R"("param":"first_frame_image")"));
}

TEST(Films, ASetIsOneCallForSeveralPictures) {
  ApiWorld world(with_films());
  const http::Response answer =
      world.call({"POST", kImages, "live",
                  R"({"model":"doubao-seedream-5-0-lite","prompt":"four panels","sequential_image_generation":"auto",)"
                  R"("sequential_image_generation_options":{"max_images":4}})"});
  ASSERT_EQ(answer.status, 200) << body_text(answer);
  const auto task = world.ask<std::optional<task::Task>>(
      [&](auto done) { world.store->find_task(world.accepted[0].id, std::move(done)); });
  ASSERT_TRUE(task && *task);
  EXPECT_EQ((*task)->plan.count, 1U);
  EXPECT_EQ((*task)->plan.outputs_per_call, 4U);
  EXPECT_EQ((*task)->hold.text(), "123.2");
}

TEST(Routes, AModelWithoutOneIsListedAndRefused) {
  ApiWorld world;
  const http::Response shown = world.call({"GET", "/api/v1/models/viduq3-pro"});
  EXPECT_EQ(shown.status, 200);
  for (const char* extra : {"", R"(,"dry_run":true)"}) {
    const http::Response answer =
        world.call({"POST", kVideos, "live", std::string(R"({"model":"viduq3-pro","prompt":"p")") + extra + "}"});
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(error_code(answer), 20004);
    EXPECT_THAT(body_text(answer), HasSubstr("model viduq3-pro is not available on this server"));
  }
}

struct SourceRow {
  const char* link;
  int status;
  int code;
  const char* contains;
};

TEST(Sources, AreMeasuredBeforeAnythingIsCharged) {
  ApiWorld::Options options = with_films();
  options.probe_source = find_film;
  ApiWorld world(std::move(options));
  const SourceRow rows[] = {
      {"broken.mp4", 400, 20003, "enhance-video-1.0: video_url: the file is not a film"},
      {"busy.mp4", 503, 60001, "enhance-video-1.0: video_url: Temporarily unavailable"},
      {"a.mp4", 200, 0, "processing"},
  };
  for (const SourceRow& row : rows) {
    const http::Response answer = world.call({"POST", kVideos, "live",
                                              std::string(R"({"model":"enhance-video-1.0","video_url":)") +
                                                  R"("https://cdn.example.org/)" + row.link + R"("})"});
    EXPECT_EQ(answer.status, row.status) << row.link;
    EXPECT_EQ(error_code(answer), row.code) << row.link;
    EXPECT_THAT(body_text(answer), HasSubstr(row.contains));
    if (row.code == 0) continue;
    EXPECT_THAT(body_text(answer), HasSubstr(R"("param":"video_url")"));
    EXPECT_EQ(header_of(answer, "Retry-After"), row.code == 60001 ? "5" : "");
  }
  ASSERT_EQ(world.accepted.size(), 1U);
  EXPECT_EQ(world.balance("studio", ledger::Book::live).held.text(), "43.1235");  // 10.5 x 4.107
}

TEST(Sources, WithoutAProbeTheyAreUnavailable) {
  ApiWorld world(with_films());
  const http::Response answer = world.call(
      {"POST", kVideos, "live", R"({"model":"enhance-video-1.0","video_url":"https://cdn.example.org/a.mp4"})"});
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(world.accepted.empty());
}

// The JSON block of docs/EXTENDING.md, to the letter.
std::string worked_example() {
  const std::string page = read_repository_file("docs/EXTENDING.md");
  constexpr std::string_view kFence = "```json\n";
  const std::size_t begin = page.find(kFence) + kFence.size();
  return page.substr(begin, page.find("```", begin) - begin);
}

TEST(Overlay, TheWorkedExampleIsAModel) {
  TemporaryFolder folder;
  folder.write("pocket-picture.json", worked_example());
  ApiWorld::Options options;
  options.catalog_dir = folder.path().string();
  ApiWorld world(std::move(options));

  const http::Response shown = world.call({"GET", "/api/v1/models/pocket-picture"});
  ASSERT_EQ(shown.status, 200);
  EXPECT_THAT(body_text(shown), HasSubstr(R"("tiers":[{"when":{"size":"1:1"},"credits":"5")"));
  EXPECT_THAT(body_text(world.call({"GET", "/openapi.json"})), HasSubstr("#/components/schemas/pocket-picture\""));

  const http::Response wide =
      world.call({"POST", kImages, "live", R"({"model":"pocket-picture","prompt":"a snail","shape":"16:9","n":2})"});
  ASSERT_EQ(wide.status, 200) << body_text(wide);
  EXPECT_EQ(world.balance("studio", ledger::Book::live).held.text(), "15");
  const auto task = world.ask<std::optional<task::Task>>(
      [&](auto done) { world.store->find_task(world.accepted[0].id, std::move(done)); });
  ASSERT_TRUE(task && *task);
  EXPECT_EQ(json::print((*task)->plan.parameters), R"({"size":"16:9"})");

  const http::Response refused =
      world.call({"POST", kImages, "live",
                  R"({"model":"pocket-picture","prompt":"p","size":"16:9",)"
                  R"("image_urls":["https://cdn.example.org/a.png","https://cdn.example.org/b.png"]})"});
  EXPECT_EQ(error_code(refused), 20003);
  EXPECT_THAT(body_text(refused),
              HasSubstr("pocket-picture: image_urls must be an array of up to 1 public http(s) URLs "
                        "with size=16:9, not of 2"));
}

}  // namespace
}  // namespace darkroom::test
