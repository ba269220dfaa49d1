// A good body for each mode of each model: what the request is taken for, which link is for what, and what adapters
// see. The values are the facts of the models' documentation, not read from the files.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/model_cases.h"

namespace darkroom::catalog {
namespace {

using test::built_in_models;
using test::get_model;
using test::validate_members;

struct Taken {
  std::vector<std::string_view> models;
  const char* members;
  const char* mode;
  const char* references;
  const char* parameters;
  std::uint32_t count = 1;
  std::uint32_t outputs_per_call = 1;
};

const std::vector<std::string_view> kGemini25{"gemini-2.5-flash-image-preview",
                                              "gemini-2.5-flash-image-preview-official"};
const std::vector<std::string_view> kGemini3{"gemini-3-pro-image-preview", "gemini-3-pro-image-preview-official"};
const std::vector<std::string_view> kGemini31{"gemini-3.1-flash-image-preview",
                                              "gemini-3.1-flash-image-preview-official"};
const std::vector<std::string_view> kBetas{"seedance-2.0-beta", "seedance-2.0-fast-beta"};
const std::vector<std::string_view> kHorses{"happyhorse-1.0", "happyhorse-1.0-official"};
const std::vector<std::string_view> kVidus{"viduq3-pro", "viduq3-turbo"};
const std::vector<std::string_view> kVeos{"veo3.1-fast", "veo3.1-quality"};
const std::vector<std::string_view> kOfficialVeos{"veo3.1-fast-official", "veo3.1-quality-official"};

void expect_taken(const std::vector<Taken>& rows) {
  for (const Taken& row : rows) {
    for (const std::string_view id : row.models) {
      const auto request = validate_members(id, row.members);
      ASSERT_TRUE(request) << id << " " << row.members << ": " << request.error().message;
      EXPECT_EQ(get_model(id).modes[request->mode].name, row.mode) << id << " " << row.members;
      EXPECT_EQ(test::print_references(*request), row.references) << id << " " << row.members;
      EXPECT_EQ(json::print(request->parameters), row.parameters) << id << " " << row.members;
      EXPECT_EQ(request->count, row.count) << id << " " << row.members;
      EXPECT_EQ(request->outputs_per_call, row.outputs_per_call) << id << " " << row.members;
      EXPECT_TRUE(request->ignored.empty()) << id << " " << row.members;
    }
  }
}

TEST(Modes, Gemini) {
  expect_taken({
      {kGemini25, R"("prompt":"p")", "text-to-image", "", R"({"size":"1:1","resolution":"1K"})"},
      {kGemini25, R"("prompt":"p","image_urls":[{u}])", "image-to-image", "image:image_urls[0]",
       R"({"resolution":"1K"})"},
      {kGemini3, R"("prompt":"p","n":4)", "text-to-image", "", R"({"size":"1:1","resolution":"1K"})", 4},
      {kGemini3, R"("prompt":"p","resolution":"4k","size":"21:9","image_urls":[{u2}])", "image-to-image",
       "image:image_urls[0] image:image_urls[1]", R"({"size":"21:9","resolution":"4K"})"},
      {kGemini31, R"("prompt":"p","resolution":"0.5k","size":"1:8")", "text-to-image", "",
       R"({"size":"1:8","resolution":"0.5K","google_search":false,"google_image_search":false})"},
      {kGemini31, R"("prompt":"p","image_urls":[{u}],"google_search":true,"google_image_search":true)",
       "image-to-image", "image:image_urls[0]",
       R"({"resolution":"1K","google_search":true,"google_image_search":true})"},
      {{"gemini-3-pro-image-preview"},
       R"("prompt":"p","official_fallback":true,"size":null,"image_urls":[])",
       "text-to-image",
       "",
       R"({"size":"1:1","resolution":"1K"})"},
  });
}

TEST(Modes, GptImage) {
  constexpr const char* kOfficial = "gpt-image-2-official";
  expect_taken({
      {{"gpt-image-2"}, R"("prompt":"p","n":1)", "text-to-image", "", R"({"size":"1:1","resolution":"1k"})"},
      {{"gpt-image-2"},
       R"("prompt":"p","size":"9:21","resolution":"4K")",
       "text-to-image",
       "",
       R"({"size":"9:21","resolution":"4k"})"},
      {{"gpt-image-2"},
       R"("prompt":"p","size":"auto","image_urls":[{u}])",
       "image-to-image",
       "image:image_urls[0]",
       R"({"size":"auto","resolution":"1k"})"},
      {{kOfficial},
       R"("prompt":"p","n":2)",
       "text-to-image",
       "",
       R"({"size":"1:1","resolution":"1k","quality":"auto","background":"auto","moderation":"auto",)"
       R"("output_format":"png"})",
       2},
      {{kOfficial},
       R"("prompt":"p","size":"1536x1024","quality":"low","image_urls":[{u}],"output_compression":50)",
       "image-to-image",
       "image:image_urls[0]",
       R"({"size":"1536x1024","resolution":"1k","quality":"low","background":"auto","moderation":"auto",)"
       R"("output_format":"png"})"},
      {{kOfficial},
       R"("prompt":"p","mask_url":{u},"image_urls":[{u}],"background":"transparent","moderation":"low")",
       "inpaint",
       "image:image_urls[0] mask:mask_url",
       R"({"size":"1:1","resolution":"1k","quality":"auto","background":"transparent","moderation":"low",)"
       R"("output_format":"png"})"},
  });
}

TEST(Modes, Seedream) {
  constexpr const char* kId = "doubao-seedream-5-0-lite";
  constexpr const char* kRest =
      R"("resolution":"2K","output_format":"jpeg","sequential_image_generation":"disabled","watermark":false})";
  const std::string square = std::string(R"({"size":"1:1",)") + kRest;
  const std::string wide = std::string(R"({"size":"16:9",)") + kRest;
  constexpr const char* kSet =
      R"({"size":"1:1","resolution":"3K","output_format":"png","sequential_image_generation":"auto","watermark":true})";
  expect_taken({
      {{kId}, R"("prompt":"p","n":3)", "text-to-image", "", square.c_str(), 3},
      {{kId}, R"("prompt":"p","aspect_ratio":"16:9")", "text-to-image", "", wide.c_str()},
      {{kId}, R"("prompt":"p","aspect_ratio":"16:9","size":"16:9")", "text-to-image", "", wide.c_str()},
      {{kId}, R"("prompt":"p","image_urls":[{u}])", "image-to-image", "image:image_urls[0]", square.c_str()},
      {{kId},
       R"("prompt":"p","n":2,"resolution":"3k","output_format":"png","watermark":true,)"
       R"("sequential_image_generation":"auto","sequential_image_generation_options":{"max_images":6})",
       "text-to-image",
       "",
       kSet,
       1,
       6},
      {{kId},
       R"("prompt":"p","n":2,"resolution":"3k","output_format":"png","watermark":true,)"
       R"("sequential_image_generation":"auto")",
       "text-to-image",
       "",
       kSet,
       1,
       2},
  });
}

TEST(Modes, Seedance) {
  constexpr const char* kPlain =
      R"({"duration":5,"size":"16:9","resolution":"720p","generate_audio":false,"return_last_frame":false})";
  expect_taken({
      {test::kSeedances, R"("prompt":"abc")", "text-to-video", "", kPlain},
      {test::kSeedances, R"("prompt":"abc","image_urls":[{u2}])", "image-to-video",
       "image:image_urls[0] image:image_urls[1]", kPlain},
      {test::kSeedances, R"("prompt":"abc","image_with_roles":[{"url":{u},"role":"first_frame"}])", "frames",
       "first_frame:image_with_roles[0]", kPlain},
      {test::kSeedances,
       R"("prompt":"abc","image_with_roles":[{"role":"last_frame","url":{u}},{"url":{u},"role":"first_frame"}])",
       "frames", "last_frame:image_with_roles[0] first_frame:image_with_roles[1]", kPlain},
      {test::kSeedances, R"("prompt":"abc","video_urls":[{u3}])", "reference",
       "video:video_urls[0] video:video_urls[1] video:video_urls[2]", kPlain},
      {test::kSeedances, R"("prompt":"abc","audio_urls":[{u}],"image_urls":[{u}])", "reference",
       "image:image_urls[0] audio:audio_urls[0]", kPlain},
      {test::kSeedances,
       R"("prompt":"abc","duration":15,"size":"adaptive","resolution":"480P","generate_audio":true,)"
       R"("return_last_frame":true,"seed":7,"tools":[{"type":"web_search"}],)"
       R"("fallback":{"enabled":true,"allow_lossy":["seed"]})",
       "text-to-video", "",
       R"({"duration":15,"size":"adaptive","resolution":"480p","generate_audio":true,)"
       R"("return_last_frame":true,"seed":7,"web_search":true})"},
      {{"doubao-seedance-2.0", "doubao-seedance-2.0-face"},
       R"("prompt":"abc","resolution":"4K","nsfw_checker":false)",
       "text-to-video",
       "",
       R"({"duration":5,"size":"16:9","resolution":"4k","generate_audio":false,"return_last_frame":false})"},
  });
}

TEST(Modes, SeedanceBeta) {
  constexpr const char* kPlain = R"({"duration":5,"size":"16:9","resolution":"720p","generate_audio":false,)"
                                 R"("return_last_frame":false,"web_search":false})";
  expect_taken({
      {kBetas, R"("prompt":"abc","nsfw_checker":true)", "text-to-video", "", kPlain},
      {kBetas, R"("prompt":"abc","first_frame_url":{u})", "frames", "first_frame:first_frame_url", kPlain},
      {kBetas, R"("prompt":"abc","first_frame_url":{u},"last_frame_url":{u})", "frames",
       "first_frame:first_frame_url last_frame:last_frame_url", kPlain},
      {kBetas, R"("prompt":"abc","reference_image_urls":[{u}])", "reference", "image:reference_image_urls[0]", kPlain},
      {kBetas, R"("prompt":"abc","reference_video_urls":[{u}],"reference_audio_urls":[{u}])", "reference",
       "video:reference_video_urls[0] audio:reference_audio_urls[0]", kPlain},
      {kBetas, R"("prompt":"abc","aspect_ratio":"21:9","web_search":true,"duration":4)", "text-to-video", "",
       R"({"duration":4,"size":"21:9","resolution":"720p","generate_audio":false,)"
       R"("return_last_frame":false,"web_search":true})"},
  });
}

TEST(Modes, HappyHorse) {
  expect_taken({
      {kHorses, R"("prompt":"p")", "text-to-video", "",
       R"({"resolution":"1080P","size":"16:9","duration":5,"watermark":false})"},
      {kHorses, R"("first_frame_image":{u})", "image-to-video", "first_frame:first_frame_image",
       R"({"resolution":"1080P","duration":5,"watermark":false})"},
      {kHorses, R"("prompt":"p","image_urls":[{u9}],"size":"3:4","duration":15,"seed":0)", "reference-to-video",
       "image:image_urls[0] image:image_urls[1] image:image_urls[2] image:image_urls[3] image:image_urls[4] "
       "image:image_urls[5] image:image_urls[6] image:image_urls[7] image:image_urls[8]",
       R"({"resolution":"1080P","size":"3:4","duration":15,"watermark":false,"seed":0})"},
      {kHorses, R"("prompt":"p","video_url":{u},"image_urls":[{u}],"resolution":"720p","watermark":true)", "edit",
       "image:image_urls[0] video:video_url", R"({"resolution":"720P","audio_setting":"auto","watermark":true})"},
      {{"happyhorse-1.0-official"},
       R"("prompt":"p","size":"5:4")",
       "text-to-video",
       "",
       R"({"resolution":"1080P","size":"5:4","duration":5,"watermark":false})"},
  });
}

TEST(Modes, Vidu) {
  expect_taken({
      {kVidus, R"("prompt":"p")", "text-to-video", "",
       R"({"duration":5,"resolution":"720p","size":"16:9","generate_audio":true})"},
      {kVidus, R"("prompt":"p","size":"9:16","audio":false,"seed":-1,"duration":1)", "text-to-video", "",
       R"({"duration":1,"resolution":"720p","size":"9:16","generate_audio":false,"seed":-1})"},
      {kVidus, R"("image_urls":[{u}])", "image-to-video", "first_frame:image_urls[0]",
       R"({"duration":5,"resolution":"720p","generate_audio":true})"},
      {kVidus, R"("prompt":"","image_urls":[{u2}],"resolution":"540P")", "frames",
       "first_frame:image_urls[0] last_frame:image_urls[1]",
       R"({"duration":5,"resolution":"540p","generate_audio":true})"},
      {kVidus, R"("first_frame_image":{u},"last_frame_image":{u})", "frames",
       "first_frame:first_frame_image last_frame:last_frame_image",
       R"({"duration":5,"resolution":"720p","generate_audio":true})"},
      {kVidus, R"("image_urls":[{u}],"first_frame_image":{u})", "image-to-video", "first_frame:image_urls[0]",
       R"({"duration":5,"resolution":"720p","generate_audio":true})"},
  });
}

TEST(Modes, Grok) {
  constexpr const char* kId = "grok-imagine-1.0-video";
  expect_taken({
      {{kId}, R"("prompt":"p")", "text-to-video", "", R"({"size":"16:9","duration":6,"resolution":"480p"})"},
      {{kId},
       R"("prompt":"p","aspect_ratio":"2:3","duration":30,"quality":"720P")",
       "text-to-video",
       "",
       R"({"size":"2:3","duration":30,"resolution":"720p"})"},
      {{kId},
       R"("image_urls":[{u2}])",
       "image-to-video",
       "image:image_urls[0] image:image_urls[1]",
       R"({"duration":6,"resolution":"480p"})"},
  });
}

TEST(Modes, Veo) {
  constexpr const char* kPlain = R"({"duration":8,"size":"16:9","resolution":"720p"})";
  constexpr const char* kOfficial =
      R"({"duration":8,"size":"16:9","resolution":"720p","generate_audio":false,"resize_mode":"pad",)"
      R"("enhance_prompt":true})";
  expect_taken({
      {{"veo3.1-fast", "veo3.1-quality", "veo3.1-lite"}, R"("prompt":"p","duration":8)", "text-to-video", "", kPlain},
      {{"veo3.1-fast", "veo3.1-quality", "veo3.1-lite"},
       R"("prompt":"p","enable_gif":true,"aspect_ratio":"9:16")",
       "text-to-video",
       "",
       R"({"duration":8,"size":"9:16","resolution":"720p"})"},
      {kVeos, R"("prompt":"p","image_urls":[{u}])", "frames", "first_frame:image_urls[0]", kPlain},
      {kVeos, R"("prompt":"p","image_urls":[{u2}],"generation_type":"frame")", "frames",
       "first_frame:image_urls[0] last_frame:image_urls[1]", kPlain},
      {kVeos, R"("prompt":"p","image_urls":[{u3}])", "reference",
       "image:image_urls[0] image:image_urls[1] image:image_urls[2]", kPlain},
      {{"veo3.1-fast"},
       R"("prompt":"p","image_urls":[{u}],"generation_type":"reference")",
       "reference",
       "image:image_urls[0]",
       kPlain},
      {kVeos, R"("prompt":"p","source_task_id":"task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e","raw":true)", "remix",
       "video:source_task_id", R"({"duration":8,"resolution":"720p"})"},
      {kVeos, R"("prompt":"p","source_task_id":"task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e","aspect_ratio":"9:16")", "remix",
       "video:source_task_id", R"({"duration":8,"size":"9:16","resolution":"720p"})"},
      {kOfficialVeos, R"("prompt":"p","sample_count":4)", "text-to-video", "", kOfficial, 4},
      {kOfficialVeos, R"("prompt":"p","first_frame_image":{u},"last_frame_image":{u})", "frames",
       "first_frame:first_frame_image last_frame:last_frame_image", kOfficial},
      {kOfficialVeos,
       R"("prompt":"p","negative_prompt":"q","duration":4,"resolution":"4k","seed":4294967295,"generate_audio":true,)"
       R"("person_generation":"disallow","resize_mode":"crop","enhance_prompt":true)",
       "text-to-video", "",
       R"({"negative_prompt":"q","duration":4,"size":"16:9","resolution":"4k","seed":4294967295,)"
       R"("generate_audio":true,"person_generation":"disallow","resize_mode":"crop",)"
       R"("enhance_prompt":true})"},
  });
}

TEST(Modes, EnhanceVideo) {
  expect_taken({
      {{"enhance-video-1.0"},
       R"("video_url":{u})",
       "enhance",
       "video:video_url",
       R"({"resolution":"1080p","tool_version":"standard"})"},
      {{"enhance-video-1.0"},
       R"("video_url":{u},"resolution":"2K","tool_version":"professional","scene":"aigc","resolution_limit":720,)"
       R"("fps":59.94,"client_token":"t","callback_args":"a")",
       "enhance",
       "video:video_url",
       R"({"resolution":"2k","tool_version":"professional","scene":"aigc","resolution_limit":720,)"
       R"("fps":5.994E1,"client_token":"t","callback_args":"a"})"},
  });
}

// The page of a model shows a body for each of its modes, but for one that goes on from an earlier task; the loader has
// checked that each validates.
TEST(Modes, TheCatalogueIsComplete) {
  std::set<std::string> ids;
  for (const ModelSpec& model : built_in_models().models()) {
    ids.insert(model.id);
    EXPECT_EQ(model.cap_seconds, model.kind == "image" ? 900 : 3600) << model.id;
    EXPECT_EQ(model.endpoint, model.kind == "image" ? "/api/v1/images/generations" : "/api/v1/videos/generations");
    const auto going_on = std::ranges::count(model.params, ParamType::task, &Param::type);
    EXPECT_GE(model.examples.size() + static_cast<std::size_t>(going_on), model.modes.size()) << model.id;
  }
  const std::set<std::string> expected{"gpt-image-2",
                                       "gpt-image-2-official",
                                       "gemini-2.5-flash-image-preview",
                                       "gemini-2.5-flash-image-preview-official",
                                       "gemini-3-pro-image-preview",
                                       "gemini-3-pro-image-preview-official",
                                       "gemini-3.1-flash-image-preview",
                                       "gemini-3.1-flash-image-preview-official",
                                       "doubao-seedream-5-0-lite",
                                       "doubao-seedance-2.0",
                                       "doubao-seedance-2.0-fast",
                                       "doubao-seedance-2.0-face",
                                       "doubao-seedance-2.0-fast-face",
                                       "doubao-seedance-2.0-official",
                                       "doubao-seedance-2.0-fast-official",
                                       "seedance-2.0-beta",
                                       "seedance-2.0-fast-beta",
                                       "happyhorse-1.0",
                                       "happyhorse-1.0-official",
                                       "viduq3-pro",
                                       "viduq3-turbo",
                                       "grok-imagine-1.0-video",
                                       "veo3.1-fast",
                                       "veo3.1-quality",
                                       "veo3.1-lite",
                                       "veo3.1-fast-official",
                                       "veo3.1-quality-official",
                                       "enhance-video-1.0"};
  EXPECT_EQ(ids, expected);
}

}  // namespace
}  // namespace darkroom::catalog
