// Every adapter of a vendor with JSON bodies against that vendor's stand-in, without a network: what one of them sends
// the other takes, and what the other answers the first one understands.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "app/config_keys.h"
#include "provider/adapters/registry.h"
#include "sandbox/base64.h"
#include "sandbox/vendors.h"
#include "tests/support/film_vendor.h"

namespace darkroom::app {
namespace {

using provider::Job;

constexpr std::string_view kHost = "http://127.0.0.1:9";

provider::ReferenceFile reference(std::string role, std::string mime = "image/png") {
  return {std::move(role), "https://cdn.example/a.mp4", "in/1", std::move(mime), 100};
}

Job job(std::string model, std::string mode, json::object parameters,
        std::vector<provider::ReferenceFile> references = {}) {
  Job job;
  job.tag = "0199c1d2e3f47a5b8c6d7e8f90a1b2c3/0";
  job.wire_model = std::move(model);
  job.mode = std::move(mode);
  job.prompt = references.empty() || references.front().role != "video" ? "a fox" : "";
  job.parameters = std::move(parameters);
  job.references = std::move(references);
  job.api_key = Secret("sandbox");
  return job;
}

class VendorsTest : public testing::Test {
 protected:
  VendorsTest() {
    sandbox::Painting painting;
    painting.size = {320, 320};
    sandbox::append_base64(picture_, *sandbox::paint(painting));
  }

  const sandbox::Vendor& find_vendor(std::string_view kind) {
    const auto found = std::ranges::find(vendors_, kind, &sandbox::Vendor::kind);
    EXPECT_NE(found, vendors_.end()) << kind;
    return *found;
  }

  provider::Answer ask(std::string_view kind, const provider::Request& request, std::uint32_t step = 0) {
    http::Request sent;
    sent.method = request.method;
    sent.path = request.path.substr(0, request.path.find('?'));
    if (sent.path.size() < request.path.size()) sent.query = request.path.substr(sent.path.size() + 1);
    for (const auto& header : request.headers) sent.headers.add(header.name, header.value.reveal());
    for (const provider::BodyPart& part : request.body) {
      const auto* text = std::get_if<provider::TextPart>(&part);
      sent.body += text == nullptr ? picture_ : text->text;
    }
    const sandbox::Vendor& vendor = find_vendor(kind);
    EXPECT_TRUE(vendor.stand_in->serves(sent)) << kind << " " << sent.path;
    const sandbox::Reply reply = vendor.stand_in->answer(sent, fmt::format("{}{}", kHost, vendor.base_path));
    provider::Answer answer;
    answer.status = reply.response.status;
    answer.step = step;
    last_ = test::bytes_of(reply.response);
    auto document = json::parse(last_, {.depth = 32, .bytes = 256 << 20});
    answer.is_json = document.has_value();
    if (document) answer.document = lift(std::move(*document));
    return answer;
  }
  // What the network does with pictures inside an answer.
  static json::value lift(json::value document) {
    json::object* tree = document.if_object();
    json::value* data = tree == nullptr ? nullptr : tree->if_contains("data");
    if (data == nullptr || !data->is_array()) return document;
    std::int64_t index = 0;
    for (json::value& entry : data->get_array()) {
      if (entry.is_object() && entry.get_object().contains("b64_json")) {
        entry.get_object()["b64_json"] = json::object{{"$lifted", index++}};
      }
    }
    return document;
  }

  // The id of a job, or "" where the vendor delivers at once.
  std::string submit(std::string_view kind, const Job& job, provider::Verdict* verdict = nullptr) {
    const provider::Adapter& adapter = *provider::built_in_adapters().find(kind);
    const auto request = adapter.make_submit(job);
    EXPECT_TRUE(request) << kind << " " << (request ? "" : request.error().message);
    if (!request) return "";
    const provider::Verdict read = adapter.read_submit(ask(kind, *request));
    if (verdict != nullptr) *verdict = read;
    const auto* accepted = std::get_if<provider::Accepted>(&read);
    return accepted == nullptr ? "" : accepted->upstream_id;
  }
  provider::Verdict poll(std::string_view kind, const Job& job, const std::string& id) {
    const provider::Adapter& adapter = *provider::built_in_adapters().find(kind);
    provider::Verdict verdict = adapter.read_poll(job, id, ask(kind, adapter.make_poll(job, id)));
    for (std::uint32_t step = 1; step <= provider::kMostSteps; ++step) {
      const auto* also = std::get_if<provider::AskAlso>(&verdict);
      if (also == nullptr) break;
      verdict = adapter.read_poll(job, id, ask(kind, also->request, step));
    }
    return verdict;
  }
  static bool is_job_vendor(std::string_view kind) {
    return kind != "ark-image" && kind != "openrouter" && kind != "xai-image";
  }

  test::MovedClock clock_;
  SeededRandom random_{7};
  std::vector<sandbox::Vendor> vendors_ = sandbox::make_vendors(clock_, random_);
  std::string picture_;
  std::string last_;  // answer
};

struct Case {
  const char* kind;
  Job job;
  std::size_t outputs = 1;
};

std::vector<Case> make_cases() {
  using Parameters = json::object;
  const Parameters film{{"size", "16:9"}, {"resolution", "480p"}, {"duration", 6}};
  const Parameters vidu{
      {"size", "1:1"}, {"resolution", "540p"}, {"duration", 2}, {"generate_audio", true}, {"seed", -1}};
  const Parameters horse{{"size", "4:3"}, {"resolution", "720P"}, {"duration", 3}, {"audio_setting", "auto"}};
  const Parameters tool{{"resolution", "1080p"}, {"fps", 60}, {"scene", "aigc"}, {"tool_version", "professional"}};
  Parameters seedance = film;
  seedance["return_last_frame"] = true;
  seedance["web_search"] = true;
  seedance["seed"] = -1;
  const std::string lite = "doubao-seedream-5-0-lite-260128";
  const std::string two = "doubao-seedance-2-0-260128";
  Job set = job(lite, "text-to-image",
                {{"size", "1:1"},
                 {"resolution", "2K"},
                 {"output_format", "png"},
                 {"sequential_image_generation", "auto"},
                 {"watermark", false}});
  set.outputs = 2;
  const std::string routed = "google/gemini-3-pro-image-preview";
  Job pair = job(routed, "text-to-image", {{"size", "16:9"}, {"resolution", "0.5K"}, {"output_format", "jpeg"}});
  pair.outputs = 2;
  Job several = job("grok-imagine-image", "text-to-image", {{"size", "auto"}, {"quality", "auto"}});
  several.outputs = 2;
  return {
      {"openrouter", pair, 2},
      {"openrouter", job(routed, "image-to-image", {{"size", "auto"}}, {reference("image"), reference("image")})},
      {"openrouter", job(routed, "text-to-image", {{"size", "1024x768"}, {"quality", "low"}})},
      {"ark-image", set, 2},
      {"ark-image", job(lite, "image-to-image", {{"size", "auto"}}, {reference("image"), reference("image")})},
      {"ark-video", job(two, "text-to-video", seedance), 2},
      {"ark-video", job(two, "image-to-video", film, {reference("image")})},
      {"ark-video", job(two, "frames", film, {reference("first_frame"), reference("last_frame")})},
      {"ark-video", job(two, "reference", film, {reference("image"), reference("video", "video/mp4")})},
      {"dashscope", job("happyhorse-1.0-t2v", "text-to-video", horse)},
      {"dashscope", job("happyhorse-1.0-i2v", "image-to-video", horse, {reference("first_frame")})},
      {"dashscope", job("happyhorse-1.0-r2v", "reference-to-video", horse, {reference("image"), reference("image")})},
      {"fal", job("fal-ai/bytedance-upscaler/upscale/video", "enhance", tool, {reference("video", "video/mp4")})},
      {"fal", job("fal-ai/topaz/upscale/video", "enhance", {{"fps", 30}}, {reference("video", "video/mp4")})},
      {"replicate", job("topazlabs/video-upscale", "enhance", tool, {reference("video", "video/mp4")})},
      {"replicate", job("bytedance/video-upscaler", "enhance", tool, {reference("video", "video/mp4")})},
      {"vidu", job("viduq3-pro", "text-to-video", vidu)},
      {"vidu", job("viduq3-turbo", "image-to-video", vidu, {reference("first_frame")})},
      {"vidu", job("viduq3-pro", "frames", vidu, {reference("first_frame"), reference("last_frame")})},
      {"vidu", job("viduq3", "reference-to-video", {{"duration", 3}}, {reference("image")})},
      {"xai-image", job("grok-imagine-image", "text-to-image", {{"size", "19.5:9"}, {"resolution", "2K"}})},
      {"xai-image", job("grok-imagine-image", "image-to-image", {{"quality", "low"}}, {reference("image")})},
      {"xai-image", job("grok-imagine-image", "image-to-image", {}, {reference("image"), reference("image")})},
      {"xai-image", several, 2},
      {"xai-video", job("grok-imagine-video", "text-to-video", film)},
      {"xai-video", job("grok-imagine-video", "image-to-video", film, {reference("image")})},
      {"xai-video", job("grok-imagine-video", "image-to-video", film, {reference("image"), reference("image")})},
  };
}

TEST_F(VendorsTest, WhatIsAskedForIsDelivered) {
  for (const Case& c : make_cases()) {
    provider::Verdict verdict;
    const std::string id = submit(c.kind, c.job, &verdict);
    if (is_job_vendor(c.kind)) {
      ASSERT_FALSE(id.empty()) << c.kind << " " << c.job.mode << " " << last_;
      EXPECT_TRUE(std::holds_alternative<provider::Pending>(poll(c.kind, c.job, id))) << c.kind << last_;
      clock_.gone += sandbox::kJobTime;
      verdict = poll(c.kind, c.job, id);
    }
    const auto* completed = std::get_if<provider::Completed>(&verdict);
    ASSERT_NE(completed, nullptr) << c.kind << " " << c.job.mode << " " << last_.substr(0, 300);
    EXPECT_EQ(completed->outputs.size(), c.outputs) << c.kind;
    for (const provider::OutputSource& output : completed->outputs) {
      const auto* link = std::get_if<provider::UrlOutput>(&output);
      if (link != nullptr) EXPECT_TRUE(link->url.starts_with(kHost)) << link->url;
    }
  }
}

TEST_F(VendorsTest, EveryKindHasAnAdapterAndAStandIn) {
  for (const UpstreamKind& row : upstream_kinds()) {
    if (row.base_url.empty()) continue;  // made here, by nobody's server
    EXPECT_NE(provider::built_in_adapters().find(row.kind), nullptr) << row.kind;
    find_vendor(row.kind);
  }
}

// Words stand in the prompt, or behind the link of a tool's film.
Job with_word(Job job, const std::string& word) {
  job.prompt = word;
  for (provider::ReferenceFile& file : job.references) file.url += word;
  return job;
}

TEST_F(VendorsTest, WhatGoesWrongIsUnderstood) {
  for (const Case& c : make_cases()) {
    if (c.outputs != 1) continue;
    provider::Verdict verdict;
    submit(c.kind, with_word(c.job, "#fail:503"), &verdict);
    EXPECT_TRUE(std::holds_alternative<provider::RetryLater>(verdict)) << c.kind << last_;
    submit(c.kind, with_word(c.job, "#fail:429"), &verdict);
    EXPECT_TRUE(std::holds_alternative<provider::RetryLater>(verdict)) << c.kind << last_;
    submit(c.kind, with_word(c.job, "#fail:403"), &verdict);
    EXPECT_TRUE(std::holds_alternative<provider::TryNextRoute>(verdict)) << c.kind << last_;
    submit(c.kind, with_word(c.job, "#fail:400"), &verdict);
    EXPECT_TRUE(std::holds_alternative<provider::Rejected>(verdict)) << c.kind << last_;
    for (const char* word : {"#moderated", "#blocked"}) {
      const Job job = with_word(c.job, word);
      const std::string id = submit(c.kind, job, &verdict);
      clock_.gone += sandbox::kJobTime;
      if (!id.empty()) verdict = poll(c.kind, job, id);
      EXPECT_TRUE(std::holds_alternative<provider::Refused>(verdict)) << c.kind << word << last_;
    }
    Job stranger = c.job;
    stranger.api_key = Secret("bad-key");
    submit(c.kind, stranger, &verdict);
    const auto* next = std::get_if<provider::TryNextRoute>(&verdict);
    EXPECT_TRUE(next != nullptr && next->key_is_bad) << c.kind << last_;
  }
}

TEST_F(VendorsTest, ALostSubmitIsFoundWhereTheVendorCanTell) {
  for (const Case& c : make_cases()) {
    const provider::Adapter& adapter = *provider::built_in_adapters().find(c.kind);
    const auto lookup = adapter.make_lookup(c.job);
    if (!lookup) continue;
    vendors_ = sandbox::make_vendors(clock_, random_);
    const auto before = adapter.read_lookup(c.job, ask(c.kind, *lookup));
    EXPECT_TRUE(std::holds_alternative<provider::JobAbsent>(before)) << c.kind << last_;
    const std::string id = submit(c.kind, c.job);
    const auto after = adapter.read_lookup(c.job, ask(c.kind, *lookup));
    const auto* found = std::get_if<provider::JobFound>(&after);
    if (std::string_view(c.kind) == "dashscope") {
      EXPECT_TRUE(std::holds_alternative<provider::JobUnclear>(after)) << last_;
    } else {
      ASSERT_NE(found, nullptr) << c.kind << last_;
      EXPECT_EQ(found->upstream_id, id);
    }
  }
}

TEST_F(VendorsTest, ACancelledJobHasFailedForGood) {
  for (const Case& c : make_cases()) {
    const provider::Adapter& adapter = *provider::built_in_adapters().find(c.kind);
    const std::string id = is_job_vendor(c.kind) ? submit(c.kind, c.job) : "";
    const auto cancel = id.empty() ? std::nullopt : adapter.make_cancel(c.job, id);
    if (!cancel) continue;
    const int status = ask(c.kind, *cancel).status;
    EXPECT_TRUE(status == 200 || status == 202) << c.kind << last_;
    const provider::Verdict verdict = poll(c.kind, c.job, id);
    const auto* failed = std::get_if<provider::JobFailed>(&verdict);
    EXPECT_TRUE(failed != nullptr && !failed->worth_repeating) << c.kind << last_;
  }
}

}  // namespace
}  // namespace darkroom::app
