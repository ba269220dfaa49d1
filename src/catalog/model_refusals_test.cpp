// The rules between the parameters of each model: the code, the field and the words.
#include <gtest/gtest.h>

#include "tests/support/model_cases.h"

namespace darkroom::catalog {
namespace {

using test::validate_members;

using Ids = std::vector<std::string_view>;

const Ids kGemini3{"gemini-3-pro-image-preview", "gemini-3-pro-image-preview-official"};
const Ids kGemini31{"gemini-3.1-flash-image-preview", "gemini-3.1-flash-image-preview-official"};
const Ids kGpts{"gpt-image-2", "gpt-image-2-official"};
const Ids kGptOfficial{"gpt-image-2-official"};
const Ids kSeedream{"doubao-seedream-5-0-lite"};
const Ids kBetas{"seedance-2.0-beta", "seedance-2.0-fast-beta"};
const Ids kHorses{"happyhorse-1.0", "happyhorse-1.0-official"};
const Ids kVidus{"viduq3-pro", "viduq3-turbo"};
const Ids kGrok{"grok-imagine-1.0-video"};
const Ids kVeos{"veo3.1-fast", "veo3.1-quality", "veo3.1-lite"};
const Ids kPictureVeos{"veo3.1-fast", "veo3.1-quality"};
const Ids kOfficialVeos{"veo3.1-fast-official", "veo3.1-quality-official"};
const Ids kEnhance{"enhance-video-1.0"};

struct Refused {
  Ids models;
  const char* members;
  const char* field;
  const char* sentence;  // after "<model>: "
};

void expect_refused(const std::vector<Refused>& rows) {
  for (const Refused& row : rows) {
    for (const std::string_view id : row.models) {
      const auto request = validate_members(id, row.members);
      ASSERT_FALSE(request) << id << " " << row.members;
      EXPECT_EQ(request.error().code, Code::invalid_parameter) << id << " " << row.members;
      EXPECT_EQ(request.error().field, row.field) << id << " " << row.members;
      EXPECT_EQ(request.error().message, fmt::format("{}: {}", id, row.sentence)) << row.members;
    }
  }
}

TEST(Refusals, RulesBetweenParametersOfImages) {
  constexpr const char* kBig = "size must be one of 16:9, 9:16, 2:1, 1:2, 21:9, 9:21 with resolution=4k";
  expect_refused({
      {kGpts, R"("prompt":"p","resolution":"4k")", "size", kBig},
      {kGpts, R"("prompt":"p","resolution":"4K","size":"auto")", "size", kBig},
      {kGptOfficial, R"("prompt":"p","resolution":"4k","size":"3840x2160")", "size", kBig},
      {kGptOfficial, R"("prompt":"p","mask_url":{u})", "mask_url", "mask_url needs image_urls"},
      {kGemini31, R"("prompt":"p","google_search":false,"google_image_search":true)", "google_image_search",
       "google_image_search needs google_search=true"},
      {kSeedream, R"("prompt":"p","size":"1:1","aspect_ratio":"16:9")", "aspect_ratio",
       "size and aspect_ratio are two names of one parameter and must not differ"},
      {kSeedream, R"("prompt":"p","sequential_image_generation_options":{})", "sequential_image_generation_options",
       "sequential_image_generation_options.max_images is missing"},
  });
}

TEST(Refusals, SizesInPixels) {
  for (const char* size : {"1024X1024", "1000x1000", "x1024", "1024x", "1024x1024x1", "-1024x1024", "512x512",
                           "4096x1024", "3840x3840", "3840x1024", "0x1024", "99999999999999999999x16", "1024 x 1024"}) {
    const auto request = validate_members("gpt-image-2-official", fmt::format(R"("prompt":"p","size":"{}")", size));
    ASSERT_FALSE(request) << size;
    EXPECT_EQ(request.error().field, "size") << size;
  }
}

TEST(Refusals, MixedMedia) {
  const auto frames = [](const char* more) {
    return fmt::format(R"("prompt":"abc","image_with_roles":[{{"url":{{u}},"role":"first_frame"}}],{})", more);
  };
  const std::string with_images = frames(R"("image_urls":[{u}])");
  const std::string with_video = frames(R"("video_urls":[{u}])");
  const std::string with_audio = frames(R"("audio_urls":[{u}])");
  expect_refused({
      {test::kSeedances, with_images.c_str(), "image_with_roles",
       "image_with_roles cannot be combined with image_urls"},
      {test::kSeedances, with_video.c_str(), "image_with_roles", "image_with_roles cannot be combined with video_urls"},
      {test::kSeedances, with_audio.c_str(), "image_with_roles", "image_with_roles cannot be combined with audio_urls"},
      {test::kSeedances, R"("prompt":"abc","audio_urls":[{u}])", "audio_urls",
       "audio_urls needs image_urls or video_urls"},
      {test::kSeedances, R"("prompt":"abc","image_with_roles":[{"url":{u},"role":"last_frame"}])", "image_with_roles",
       "image_with_roles needs a first_frame"},
      {test::kSeedances,
       R"("prompt":"abc","image_with_roles":[{"url":{u},"role":"first_frame"},{"url":"http://b.example/",)"
       R"("role":"first_frame"}])",
       "image_with_roles", "image_with_roles[0] and image_with_roles[1] are both the first_frame and must not differ"},
      {test::kSeedances, R"("prompt":"abc","image_with_roles":[{"role":"first_frame"}])", "image_with_roles",
       "image_with_roles[0].url is missing"},
      {test::kSeedances, R"("prompt":"abc","image_with_roles":[7])", "image_with_roles",
       "image_with_roles[0] must be an object, not a number"},
      {test::kSeedances, R"("prompt":"abc","tools":[{"type":"calculator"}])", "tools",
       "tools[0].type must be web_search"},
      {kBetas, R"("prompt":"abc","first_frame_url":{u},"reference_image_urls":[{u}])", "first_frame_url",
       "first_frame_url cannot be combined with reference_image_urls"},
      {kBetas, R"("prompt":"abc","last_frame_url":{u},"reference_audio_urls":[{u}])", "last_frame_url",
       "last_frame_url cannot be combined with reference_audio_urls"},
      {kBetas, R"("prompt":"abc","last_frame_url":{u})", "last_frame_url", "last_frame_url needs first_frame_url"},
      {kBetas, R"("prompt":"abc","reference_audio_urls":[{u}])", "reference_audio_urls",
       "reference_audio_urls needs reference_image_urls or reference_video_urls"},
      {kHorses, R"("prompt":"p","first_frame_image":{u},"image_urls":[{u}])", "first_frame_image",
       "first_frame_image cannot be combined with image_urls"},
      {kHorses, R"("prompt":"p","first_frame_image":{u},"video_url":{u})", "video_url",
       "video_url cannot be combined with first_frame_image"},
      {kHorses, R"("prompt":"p","video_url":{u},"image_urls":[{u6}])", "image_urls",
       "image_urls must be an array of up to 5 public http(s) URLs in edit, not of 6"},
      {kOfficialVeos, R"("prompt":"p","last_frame_image":{u})", "last_frame_image",
       "last_frame_image needs first_frame_image"},
  });
}

TEST(Refusals, RulesBetweenParametersOfFilms) {
  constexpr const char* kShape = "aspect_ratio is not taken in image-to-video, only in text-to-video";
  expect_refused({
      {kVidus, R"("image_urls":[{u}],"aspect_ratio":"16:9")", "aspect_ratio", kShape},
      {kVidus, R"("first_frame_image":{u},"aspect_ratio":"1:1")", "aspect_ratio", kShape},
      {kVidus, R"("image_urls":[{u2}],"size":"1:1")", "size", "size is not taken in frames, only in text-to-video"},
      {kVidus, R"("prompt":"p","size":"1:1","aspect_ratio":"16:9")", "aspect_ratio",
       "size and aspect_ratio are two names of one parameter and must not differ"},
      {kVidus, R"("image_urls":[{u}],"first_frame_image":"https://b.example/")", "first_frame_image",
       "image_urls[0] and first_frame_image are both the first_frame and must not differ"},
      {kVidus, R"("image_urls":[{u2}],"last_frame_image":"https://b.example/")", "last_frame_image",
       "image_urls[1] and last_frame_image are both the last_frame and must not differ"},
      {kVidus, R"("last_frame_image":{u})", "last_frame_image",
       "last_frame_image needs image_urls or first_frame_image"},
      {kGrok, R"("prompt":"p","size":"1:1","aspect_ratio":"16:9")", "aspect_ratio",
       "size and aspect_ratio are two names of one parameter and must not differ"},
      {kVeos, R"("prompt":"p","enable_gif":true,"resolution":"1080p")", "enable_gif",
       "enable_gif must be false with resolution=1080p"},
      {kVeos, R"("prompt":"p","enable_gif":true,"resolution":"4K")", "enable_gif",
       "enable_gif must be false with resolution=4k"},
      {kPictureVeos, R"("prompt":"p","image_urls":[{u3}],"generation_type":"frame")", "image_urls",
       "image_urls must be an array of up to 2 public http(s) URLs with generation_type=frame, not of 3"},
      {kPictureVeos, R"("prompt":"p","source_task_id":"task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e","resolution":"1080p")",
       "resolution", "resolution must be 720p in remix"},
      {kPictureVeos, R"("prompt":"p","source_task_id":"task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e","image_urls":[{u}])",
       "image_urls", "image_urls cannot be combined with source_task_id"},
  });
}

TEST(Refusals, WhatASisterKnows) {
  expect_refused({
      {{"gpt-image-2"}, R"("prompt":"p","quality":"low")", "quality", "quality is not a parameter of this model"},
      {{"gpt-image-2"}, R"("prompt":"p","mask_url":{u})", "mask_url", "mask_url is not a parameter of this model"},
      {{"gemini-3-pro-image-preview-official", "gemini-3.1-flash-image-preview-official"},
       R"("prompt":"p","official_fallback":true)",
       "official_fallback",
       "official_fallback is not a parameter of this model"},
      {{"doubao-seedance-2.0-official", "doubao-seedance-2.0-fast-official"},
       R"("prompt":"abc","nsfw_checker":true)",
       "nsfw_checker",
       "nsfw_checker is not a parameter of this model"},
      {{"veo3.1-lite"},
       R"("prompt":"p","image_urls":[{u}])",
       "image_urls",
       "image_urls is not a parameter of this model"},
      {{"veo3.1-lite", "veo3.1-fast-official", "veo3.1-quality-official"},
       R"("prompt":"p","source_task_id":"task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e")",
       "source_task_id",
       "source_task_id is not a parameter of this model"},
      {{"veo3.1-fast", "veo3.1-quality", "veo3.1-lite"},
       R"("prompt":"p","first_frame_image":{u})",
       "first_frame_image",
       "first_frame_image is not a parameter of this model"},
      {kOfficialVeos, R"("prompt":"p","image_urls":[{u}])", "image_urls",
       "image_urls is not a parameter of this model"},
      {kOfficialVeos, R"("prompt":"p","enable_gif":true)", "enable_gif", "enable_gif is not a parameter of this model"},
  });
}

struct Missing {
  Ids models;
  const char* members;
  const char* name;
};

TEST(Refusals, MissingParameters) {
  const Missing rows[] = {
      {kGemini3, R"("image_urls":[{u}])", "prompt"},
      {kGpts, "", "prompt"},
      {kSeedream, R"("prompt":null)", "prompt"},
      {test::kSeedances, R"("image_urls":[{u}])", "prompt"},
      {kBetas, R"("first_frame_url":{u})", "prompt"},
      {kHorses, "", "prompt"},
      {kHorses, R"("image_urls":[{u}])", "prompt"},
      {kHorses, R"("video_url":{u})", "prompt"},
      {kVidus, "", "prompt"},
      {kVidus, R"("prompt":"")", "prompt"},
      {kVidus, R"("image_urls":[])", "prompt"},
      {kGrok, "", "prompt"},
      {kGrok, R"("prompt":"")", "prompt"},
      {kVeos, "", "prompt"},
      {kOfficialVeos, R"("first_frame_image":{u})", "prompt"},
      {kEnhance, "", "video_url"},
  };
  for (const Missing& row : rows) {
    for (const std::string_view id : row.models) {
      const auto request = validate_members(id, row.members);
      ASSERT_FALSE(request) << id << " " << row.members;
      EXPECT_EQ(request.error().code, Code::missing_parameter) << id << " " << row.members;
      EXPECT_EQ(request.error().message, fmt::format("Missing required parameter: {}", row.name)) << id;
      EXPECT_EQ(request.error().field, row.name) << id;
    }
  }
}

struct Ignored {
  Ids models;
  const char* members;
  std::vector<std::string> names;
};

// What means nothing is named, so that the answer can warn, and reaches no adapter.
TEST(Refusals, IgnoredAndNamed) {
  const Ignored rows[] = {
      {kGrok, R"("image_urls":[{u}],"size":"1:1")", {"size"}},
      {kGrok, R"("image_urls":[{u}],"aspect_ratio":"1:1")", {"aspect_ratio"}},
      {kHorses, R"("first_frame_image":{u},"size":"1:1","audio_setting":"origin")", {"size", "audio_setting"}},
      {kHorses, R"("prompt":"p","video_url":{u},"size":"1:1","duration":4)", {"size", "duration"}},
      {kVeos, R"("prompt":"p","n":2,"dry_run":true)", {"n"}},
      {kSeedream,
       R"("prompt":"p","sequential_image_generation_options":{"max_images":2,"least":1})",
       {"sequential_image_generation_options.least"}},
      {test::kSeedances,
       R"("prompt":"abc","tools":[{"type":"web_search","depth":2}],"style":"ink")",
       {"style", "tools[0].depth"}},
  };
  for (const Ignored& row : rows) {
    for (const std::string_view id : row.models) {
      const auto request = validate_members(id, row.members);
      ASSERT_TRUE(request) << id << " " << row.members << request.error().message;
      EXPECT_EQ(request->ignored, row.names) << id;
      for (const std::string& name : row.names) EXPECT_EQ(json::find(request->parameters, name), nullptr) << id;
    }
  }
}

}  // namespace
}  // namespace darkroom::catalog
