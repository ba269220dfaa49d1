// One bad value of each parameter of each model, in the words that name what is allowed.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/model_cases.h"

namespace darkroom::catalog {
namespace {

using test::validate_members;

using Ids = std::vector<std::string_view>;

const Ids kGemini25{"gemini-2.5-flash-image-preview", "gemini-2.5-flash-image-preview-official"};
const Ids kGemini3{"gemini-3-pro-image-preview", "gemini-3-pro-image-preview-official"};
const Ids kGemini31{"gemini-3.1-flash-image-preview", "gemini-3.1-flash-image-preview-official"};
const Ids kGpts{"gpt-image-2", "gpt-image-2-official"};
const Ids kGptOfficial{"gpt-image-2-official"};
const Ids kSeedream{"doubao-seedream-5-0-lite"};
const Ids kSlowSeedances{"doubao-seedance-2.0", "doubao-seedance-2.0-face", "doubao-seedance-2.0-official"};
const Ids kFastSeedances{"doubao-seedance-2.0-fast", "doubao-seedance-2.0-fast-face",
                         "doubao-seedance-2.0-fast-official"};
const Ids kCheckedSeedances{"doubao-seedance-2.0", "doubao-seedance-2.0-fast", "doubao-seedance-2.0-face",
                            "doubao-seedance-2.0-fast-face"};
const Ids kBetas{"seedance-2.0-beta", "seedance-2.0-fast-beta"};
const Ids kHorses{"happyhorse-1.0", "happyhorse-1.0-official"};
const Ids kVidus{"viduq3-pro", "viduq3-turbo"};
const Ids kGrok{"grok-imagine-1.0-video"};
const Ids kVeos{"veo3.1-fast", "veo3.1-quality", "veo3.1-lite"};
const Ids kPictureVeos{"veo3.1-fast", "veo3.1-quality"};
const Ids kOfficialVeos{"veo3.1-fast-official", "veo3.1-quality-official"};
const Ids kEnhance{"enhance-video-1.0"};

constexpr const char* kFlag = "must be true or false, not a string";
constexpr const char* kUrl = "must be a public http(s) URL; data: and base64 payloads are not accepted";

struct BadValue {
  Ids models;
  const char* name;
  std::string value;
  std::string sentence;  // after "<model>: <name> "; with '=' in front: after "<model>: "
};

std::string text_of(std::size_t length) { return fmt::format("\"{}\"", std::string(length, 'x')); }
std::string links(int count) { return fmt::format("[{{u{}}}]", count); }

std::vector<BadValue> bad_image_values() {
  const std::string ten = "must be one of 1:1, 2:3, 3:2, 3:4, 4:3, 4:5, 5:4, 9:16, 16:9, 21:9";
  const std::string shapes = "must be one of auto, 1:1, 16:9, 9:16, 4:3, 3:4, 3:2, 2:3, 5:4, 4:5, 2:1, 1:2, 21:9, 9:21";
  const std::string four = "must be an integer from 1 to 4";
  return {
      {kGemini25, "prompt", text_of(1001), "must be a string of 1 to 1000 characters, not of 1001"},
      {kGemini25, "size", R"("2:1")", ten},
      {kGemini25, "resolution", R"("2K")", "=only resolution=1K is supported"},
      {kGemini25, "n", "5", four},
      {kGemini25, "image_urls", links(15), "must be an array of up to 14 public http(s) URLs, not of 15"},
      {{"gemini-2.5-flash-image-preview"}, "official_fallback", R"("yes")", kFlag},
      {kGemini3, "prompt", text_of(4001), "must be a string of 1 to 4000 characters, not of 4001"},
      {kGemini3, "size", R"("1:8")", ten},
      {kGemini3, "resolution", R"("0.5K")", "must be one of 1K, 2K, 4K"},
      {kGemini3, "n", R"("2")", four + ", not a string"},
      {kGemini3, "image_urls", links(15), "must be an array of up to 14 public http(s) URLs, not of 15"},
      {{"gemini-3-pro-image-preview"}, "official_fallback", "1", "must be true or false, not a number"},
      {kGemini31, "prompt", R"("")", "must be a string of 1 to 4000 characters, not of 0"},
      {kGemini31, "size", R"("9:21")", ten + ", 1:4, 4:1, 1:8, 8:1"},
      {kGemini31, "resolution", R"("512")", "must be one of 0.5K, 1K, 2K, 4K"},
      {kGemini31, "n", "0", four},
      {kGemini31, "image_urls", links(15), "must be an array of up to 14 public http(s) URLs, not of 15"},
      {kGemini31, "google_search", R"("true")", kFlag},
      {kGemini31, "google_image_search", "true", "=google_image_search needs google_search=true"},
      {{"gemini-3.1-flash-image-preview"}, "official_fallback", "[]", "must be true or false, not an array"},
      {kGpts, "prompt", text_of(4001), "must be a string of 1 to 4000 characters, not of 4001"},
      {{"gpt-image-2"}, "size", R"("1024x1024")", shapes},
      {kGptOfficial, "size", R"("1024")",
       shapes + ", or WIDTHxHEIGHT in multiples of 16, up to 3840 a side and 3:1, of 655360 to 8294400 pixels"},
      {kGpts, "resolution", R"("3k")", "must be one of 1k, 2k, 4k"},
      {{"gpt-image-2"}, "n", "2", "must be 1"},
      {kGptOfficial, "n", "1.5", four + ", not a fraction"},
      {kGpts, "image_urls", links(17), "must be an array of up to 16 public http(s) URLs, not of 17"},
      {kGptOfficial, "quality", R"("best")", "must be one of auto, low, medium, high"},
      {kGptOfficial, "mask_url", R"("data:image/png;base64,AA==")", kUrl},
      {kGptOfficial, "background", R"("white")", "must be one of auto, opaque, transparent"},
      {kGptOfficial, "moderation", R"("off")", "must be one of auto, low"},
      {kGptOfficial, "output_format", R"("webp")", "=only output_format=png is supported"},
      {kGptOfficial, "output_compression", "101", "must be an integer from 0 to 100"},
      {kSeedream, "prompt", text_of(4001), "must be a string of 1 to 4000 characters, not of 4001"},
      {kSeedream, "size", R"("4:5")", "must be one of 1:1, 4:3, 3:4, 16:9, 9:16, 3:2, 2:3, 21:9, auto"},
      {kSeedream, "aspect_ratio", R"("4:5")", "must be one of 1:1, 4:3, 3:4, 16:9, 9:16, 3:2, 2:3, 21:9, auto"},
      {kSeedream, "resolution", R"("4K")", "must be one of 2K, 3K"},
      {kSeedream, "n", "5", four},
      {kSeedream, "image_urls", links(21), "must be an array of up to 20 public http(s) URLs, not of 21"},
      {kSeedream, "output_format", R"("webp")", "must be one of jpeg, png"},
      {kSeedream, "sequential_image_generation", "true", "must be one of disabled, auto, not a boolean"},
      {kSeedream, "sequential_image_generation_options", R"({"max_images":16})",
       "=sequential_image_generation_options.max_images must be an integer from 1 to 15"},
      {kSeedream, "watermark", R"("no")", kFlag},
  };
}

std::vector<BadValue> bad_seedance_values() {
  const std::string seven = "must be one of 16:9, 9:16, 1:1, 4:3, 3:4, 21:9, adaptive";
  const std::string nine = "must be an array of up to 9 public http(s) URLs, not of 10";
  const std::string three = "must be an array of up to 3 public http(s) URLs, not of 4";
  return {
      {test::kSeedances, "prompt", R"("ab")", "must be a string of 3 to 4000 characters, not of 2"},
      {test::kSeedances, "duration", "16", "must be an integer from 4 to 15"},
      {test::kSeedances, "size", R"("2:3")", seven},
      {kSlowSeedances, "resolution", R"("2k")", "must be one of 480p, 720p, 1080p, 4k"},
      {kFastSeedances, "resolution", R"("1080p")", "must be one of 480p, 720p"},
      {test::kSeedances, "generate_audio", R"("on")", kFlag},
      {test::kSeedances, "return_last_frame", R"("on")", kFlag},
      {test::kSeedances, "seed", "4294967296", "must be an integer from -1 to 4294967295"},
      {test::kSeedances, "image_urls", links(10), nine},
      {test::kSeedances, "image_with_roles", R"([{"url":{u},"role":"middle"}])",
       "=image_with_roles[0].role must be one of first_frame, last_frame"},
      {test::kSeedances, "video_urls", links(4), three},
      {test::kSeedances, "audio_urls", links(4), three},
      {test::kSeedances, "tools", "true", "must be an array of up to 1 objects, not a boolean"},
      {test::kSeedances, "fallback", R"({"allow_lossy":["size"]})", "=fallback.allow_lossy[0] must be seed"},
      {kCheckedSeedances, "nsfw_checker", R"("off")", kFlag},
      {kBetas, "prompt", text_of(20001), "must be a string of 3 to 20000 characters, not of 20001"},
      {kBetas, "duration", "3", "must be an integer from 4 to 15"},
      {kBetas, "aspect_ratio", R"("2:3")", seven},
      {{"seedance-2.0-beta"}, "resolution", R"("2k")", "must be one of 480p, 720p, 1080p, 4k"},
      {{"seedance-2.0-fast-beta"}, "resolution", R"("4k")", "must be one of 480p, 720p"},
      {kBetas, "generate_audio", R"("on")", kFlag},
      {kBetas, "return_last_frame", R"("on")", kFlag},
      {kBetas, "first_frame_url", R"("data:,x")", kUrl},
      {kBetas, "last_frame_url", R"("data:,x")", kUrl},
      {kBetas, "reference_image_urls", links(10), nine},
      {kBetas, "reference_video_urls", links(4), three},
      {kBetas, "reference_audio_urls", links(4), three},
      {kBetas, "web_search", R"("on")", kFlag},
      {kBetas, "nsfw_checker", R"("off")", kFlag},
  };
}

std::vector<BadValue> bad_film_values() {
  return {
      {kHorses, "prompt", text_of(2501), "must be a string of 1 to 2500 characters, not of 2501"},
      {kHorses, "resolution", R"("480P")", "must be one of 720P, 1080P"},
      {{"happyhorse-1.0"}, "size", R"("4:5")", "must be one of 16:9, 9:16, 1:1, 4:3, 3:4"},
      {{"happyhorse-1.0-official"}, "size", R"("21:9")", "must be one of 16:9, 9:16, 1:1, 4:3, 3:4, 4:5, 5:4"},
      {kHorses, "duration", "2", "must be an integer from 3 to 15"},
      {kHorses, "first_frame_image", R"("data:,x")", kUrl},
      {kHorses, "image_urls", links(10), "must be an array of up to 9 public http(s) URLs, not of 10"},
      {kHorses, "video_url", R"("data:,x")", kUrl},
      {kHorses, "audio_setting", R"("mute")", "must be one of auto, origin"},
      {kHorses, "watermark", R"("no")", kFlag},
      {kHorses, "seed", "2147483648", "must be an integer from 0 to 2147483647"},
      {kVidus, "prompt", text_of(2001), "must be a string of up to 2000 characters, not of 2001"},
      {kVidus, "duration", "17", "must be an integer from 1 to 16"},
      {kVidus, "resolution", R"("480p")", "must be one of 540p, 720p, 1080p"},
      {kVidus, "aspect_ratio", R"("21:9")", "must be one of 16:9, 9:16, 4:3, 3:4, 1:1"},
      {kVidus, "size", R"("21:9")", "must be one of 16:9, 9:16, 4:3, 3:4, 1:1"},
      {kVidus, "audio", R"("on")", kFlag},
      {kVidus, "seed", "-2", "must be an integer from -1 to 4294967295"},
      {kVidus, "image_urls", links(3), "must be an array of up to 2 public http(s) URLs, not of 3"},
      {kVidus, "first_frame_image", R"("data:,x")", kUrl},
      {kVidus, "last_frame_image", R"("data:,x")", kUrl},
      {kGrok, "prompt", text_of(4001), "must be a string of up to 4000 characters, not of 4001"},
      {kGrok, "size", R"("4:3")", "must be one of 16:9, 9:16, 1:1, 3:2, 2:3"},
      {kGrok, "aspect_ratio", R"("4:3")", "must be one of 16:9, 9:16, 1:1, 3:2, 2:3"},
      {kGrok, "duration", "5", "must be an integer from 6 to 30"},
      {kGrok, "quality", R"("1080p")", "must be one of 480p, 720p"},
      {kGrok, "image_urls", links(8), "must be an array of up to 7 public http(s) URLs, not of 8"},
      {kVeos, "prompt", text_of(4001), "must be a string of 1 to 4000 characters, not of 4001"},
      {kVeos, "duration", "6", "must be 8"},
      {kVeos, "aspect_ratio", R"("1:1")", "must be one of 16:9, 9:16"},
      {kVeos, "resolution", R"("480p")", "must be one of 720p, 1080p, 4k"},
      {kVeos, "enable_gif", R"("yes")", kFlag},
      {kPictureVeos, "image_urls", links(4), "must be an array of up to 3 public http(s) URLs, not of 4"},
      {{"veo3.1-fast"}, "generation_type", R"("style")", "must be one of frame, reference"},
      {kPictureVeos, "source_task_id", R"("task_1")", "must be the id of a task: task_ and 32 hexadecimal digits"},
      {kPictureVeos, "raw", R"("yes")", kFlag},
      {{"veo3.1-quality"}, "generation_type", R"("reference")", "must be frame"},
      {kOfficialVeos, "prompt", R"("")", "must be a string of 1 to 4000 characters, not of 0"},
      {kOfficialVeos, "negative_prompt", text_of(4001), "must be a string of up to 4000 characters, not of 4001"},
      {kOfficialVeos, "duration", "5", "must be one of 4, 6, 8"},
      {kOfficialVeos, "aspect_ratio", R"("1:1")", "must be one of 16:9, 9:16"},
      {kOfficialVeos, "resolution", R"("480p")", "must be one of 720p, 1080p, 4k"},
      {kOfficialVeos, "first_frame_image", R"("data:,x")", kUrl},
      {kOfficialVeos, "last_frame_image", R"("data:,x")", kUrl},
      {kOfficialVeos, "seed", "-1", "must be an integer from 0 to 4294967295"},
      {kOfficialVeos, "sample_count", "5", "must be an integer from 1 to 4"},
      {kOfficialVeos, "generate_audio", R"("on")", kFlag},
      {kOfficialVeos, "person_generation", R"("allow_all")", "must be disallow"},
      {kOfficialVeos, "resize_mode", R"("stretch")", "must be one of pad, crop"},
      {kOfficialVeos, "enhance_prompt", "false", "must be true"},
      {kEnhance, "video_url", R"("data:,x")", kUrl},
      {kEnhance, "resolution", R"("8k")", "must be one of 720p, 1080p, 2k, 4k"},
      {kEnhance, "tool_version", R"("pro")", "must be one of standard, professional"},
      {kEnhance, "scene", text_of(65), "must be a string of up to 64 characters, not of 65"},
      {kEnhance, "resolution_limit", R"("720")", "must be an integer from 1 to 8192, not a string"},
      {kEnhance, "fps", "0", "must be a number from 1 to 240"},
      {kEnhance, "client_token", "7", "must be a string of up to 256 characters, not a number"},
      {kEnhance, "callback_args", "{}", "must be a string of up to 2048 characters, not an object"},
  };
}

// What makes the model's shortest good body, without the parameter itself.
std::string rest_of_body(std::string_view id, std::string_view without) {
  if (id == "enhance-video-1.0") return without == "video_url" ? "" : R"("video_url":{u},)";
  return without == "prompt" ? "" : R"("prompt":"abc",)";
}

TEST(Values, OneBadValueOfEachParameter) {
  std::set<std::string> seen;
  for (const auto& rows : {bad_image_values(), bad_seedance_values(), bad_film_values()}) {
    for (const BadValue& row : rows) {
      for (const std::string_view id : row.models) {
        const std::string members = fmt::format(R"({}"{}":{})", rest_of_body(id, row.name), row.name, row.value);
        const auto request = validate_members(id, members);
        ASSERT_FALSE(request) << id << " " << row.name;
        EXPECT_EQ(request.error().code, Code::invalid_parameter) << id << " " << row.name;
        EXPECT_EQ(request.error().field, row.name) << id;
        const bool whole = row.sentence.starts_with('=');
        EXPECT_EQ(request.error().message, whole ? fmt::format("{}: {}", id, row.sentence.substr(1))
                                                 : fmt::format("{}: {} {}", id, row.name, row.sentence));
        seen.insert(fmt::format("{} {}", id, row.name));
      }
    }
  }
  for (const ModelSpec& model : test::built_in_models().models()) {
    for (const ModelSpec::Spelling& spelling : model.spellings) {
      EXPECT_TRUE(seen.contains(fmt::format("{} {}", model.id, spelling.name))) << model.id << " " << spelling.name;
    }
  }
}

}  // namespace
}  // namespace darkroom::catalog
