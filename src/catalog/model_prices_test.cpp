// Each price tier of each model, as literals in credits.
#include <gtest/gtest.h>

#include <array>
#include <span>

#include "tests/support/model_cases.h"

namespace darkroom::catalog {
namespace {

using test::print_price;

struct Row {
  std::string_view model;
  const char* members;
  const char* credits;
};

void expect_prices(std::span<const Row> rows) {
  for (const Row& row : rows) EXPECT_EQ(print_price(row.model, row.members), row.credits) << row.model << row.members;
}

TEST(Prices, Images) {
  const Row rows[] = {
      {"gemini-2.5-flash-image-preview", R"("prompt":"p")", "14.375"},
      {"gemini-2.5-flash-image-preview", R"("prompt":"p","n":4)", "57.5"},
      {"gemini-2.5-flash-image-preview-official", R"("prompt":"p")", "35.88"},
      {"gemini-3-pro-image-preview", R"("prompt":"p")", "41.4"},
      {"gemini-3-pro-image-preview", R"("prompt":"p","resolution":"2K")", "41.4"},
      {"gemini-3-pro-image-preview", R"("prompt":"p","resolution":"4k","n":2)", "90"},
      {"gemini-3-pro-image-preview-official", R"("prompt":"p")", "123.28"},
      {"gemini-3-pro-image-preview-official", R"("prompt":"p","resolution":"2K")", "123.28"},
      {"gemini-3-pro-image-preview-official", R"("prompt":"p","resolution":"4K")", "220.8"},
      {"gemini-3.1-flash-image-preview", R"("prompt":"p","resolution":"0.5K")", "31.5"},
      {"gemini-3.1-flash-image-preview", R"("prompt":"p")", "31.5"},
      {"gemini-3.1-flash-image-preview", R"("prompt":"p","resolution":"2K")", "47.7"},
      {"gemini-3.1-flash-image-preview", R"("prompt":"p","resolution":"4K")", "71.1"},
      {"gemini-3.1-flash-image-preview-official", R"("prompt":"p","resolution":"0.5K")", "58.96"},
      {"gemini-3.1-flash-image-preview-official", R"("prompt":"p")", "58.96"},
      {"gemini-3.1-flash-image-preview-official", R"("prompt":"p","resolution":"2K")", "88.88"},
      {"gemini-3.1-flash-image-preview-official", R"("prompt":"p","resolution":"4K","image_urls":[{u}])", "132.88"},
      {"gpt-image-2", R"("prompt":"p")", "30"},
      {"gpt-image-2", R"("prompt":"p","resolution":"2k","size":"auto")", "50"},
      {"gpt-image-2", R"("prompt":"p","resolution":"4k","size":"16:9")", "80"},
      {"doubao-seedream-5-0-lite", R"("prompt":"p")", "30.8"},
      {"doubao-seedream-5-0-lite", R"("prompt":"p","resolution":"3K","n":4)", "123.2"},
      {"doubao-seedream-5-0-lite",
       R"("prompt":"p","sequential_image_generation":"auto","sequential_image_generation_options":{"max_images":5})",
       "154"},
  };
  expect_prices(rows);
}

// Of gpt-image-2-official: low, medium and high of 1k, 2k and, where it exists, 4k.
struct GptRow {
  std::vector<const char*> sizes;
  std::vector<std::array<const char*, 3>> by_resolution;
};

TEST(Prices, GptImageOfficial) {
  const GptRow rows[] = {
      {{"1:1"}, {{"4.8", "42.4", "168.8"}, {"19.12", "168.8", "673.6"}}},
      {{"16:9", "9:16"}, {{"6.08", "53.6", "213.6"}, {"10.8", "95.2", "379.2"}, {"37.92", "334.4", "1332.8"}}},
      {{"4:3", "3:4"}, {{"3.6", "32", "127.2"}, {"14.4", "127.2", "506.4"}}},
      {{"3:2", "2:3"}, {{"7.2", "63.2", "252"}, {"12.72", "112", "447.2"}}},
      {{"5:4", "4:5"}, {{"6", "52.8", "210.4"}, {"23.92", "211.2", "842.4"}}},
      {{"2:1", "1:2"}, {{"9.6", "84.8", "337.6"}, {"16.48", "145.6", "580"}, {"33.68", "297.6", "1184.8"}}},
      {{"21:9", "9:21"}, {{"7.92", "70.4", "280"}, {"14.16", "124.8", "498.4"}, {"28.96", "256", "1017.6"}}},
  };
  constexpr std::array kResolutions{"1k", "2k", "4k"};
  constexpr std::array kQualities{"low", "medium", "high"};
  for (const GptRow& row : rows) {
    for (const char* size : row.sizes) {
      for (std::size_t r = 0; r < row.by_resolution.size(); ++r) {
        for (std::size_t q = 0; q < kQualities.size(); ++q) {
          const std::string members = fmt::format(R"("prompt":"p","size":"{}","resolution":"{}","quality":"{}")", size,
                                                  kResolutions[r], kQualities[q]);
          EXPECT_EQ(print_price("gpt-image-2-official", members), row.by_resolution[r][q]) << members;
        }
      }
    }
  }
}

// quality auto costs as medium and size auto as 1:1; pixels as the nearest ratio of their own size class or a higher
// one that is asked for.
TEST(Prices, GptImageOfficialWithoutATierOfItsOwn) {
  const Row rows[] = {
      {"gpt-image-2-official", R"("prompt":"p")", "42.4"},
      {"gpt-image-2-official", R"("prompt":"p","size":"auto","quality":"high")", "168.8"},
      {"gpt-image-2-official", R"("prompt":"p","size":"auto","resolution":"2k")", "168.8"},
      {"gpt-image-2-official", R"("prompt":"p","size":"1024x1024")", "42.4"},
      {"gpt-image-2-official", R"("prompt":"p","size":"1024x1024","resolution":"2k")", "168.8"},
      {"gpt-image-2-official", R"("prompt":"p","size":"1536x1024","quality":"low")", "7.2"},
      {"gpt-image-2-official", R"("prompt":"p","size":"1024x1536","quality":"low")", "7.2"},
      {"gpt-image-2-official", R"("prompt":"p","size":"1920x1088")", "53.6"},
      {"gpt-image-2-official", R"("prompt":"p","size":"2048x2048")", "168.8"},
      {"gpt-image-2-official", R"("prompt":"p","size":"2048x1152","quality":"high")", "379.2"},
      {"gpt-image-2-official", R"("prompt":"p","size":"3840x2160","quality":"high")", "1332.8"},
      {"gpt-image-2-official", R"("prompt":"p","size":"2160x3840","quality":"high","n":2)", "2665.6"},
      {"gpt-image-2-official", R"("prompt":"p","size":"2880x2880","quality":"low")", "37.92"},
      {"gpt-image-2-official", R"("prompt":"p","size":"3072x1024","quality":"low")", "14.16"},
  };
  expect_prices(rows);
}

struct FilmTier {
  std::string_view model;
  const char* resolution;
  const char* without_video;  // a second
  const char* with_video;
};

TEST(Prices, Seedance) {
  const FilmTier rows[] = {
      {"doubao-seedance-2.0", "480p", "79.816", "48.4"},
      {"doubao-seedance-2.0", "720p", "171.776", "103.84"},
      {"doubao-seedance-2.0", "1080p", "387.2", "234.96"},
      {"doubao-seedance-2.0", "4k", "817.559", "503.112"},
      {"doubao-seedance-2.0-fast", "480p", "64.24", "38.28"},
      {"doubao-seedance-2.0-fast", "720p", "138.16", "82.72"},
      {"doubao-seedance-2.0-face", "480p", "86", "52"},
      {"doubao-seedance-2.0-face", "720p", "185", "113"},
      {"doubao-seedance-2.0-face", "1080p", "459", "279"},
      {"doubao-seedance-2.0-face", "4k", "936", "576"},
      {"doubao-seedance-2.0-fast-face", "480p", "70", "41"},
      {"doubao-seedance-2.0-fast-face", "720p", "149", "90"},
      {"doubao-seedance-2.0-official", "480p", "79.2", "48.209"},
      {"doubao-seedance-2.0-official", "720p", "170.4", "103.722"},
      {"doubao-seedance-2.0-official", "1080p", "424.8", "258.211"},
      {"doubao-seedance-2.0-official", "4k", "854.72", "525.981"},
      {"doubao-seedance-2.0-fast-official", "480p", "65.647", "39.034"},
      {"doubao-seedance-2.0-fast-official", "720p", "141.176", "83.942"},
      {"seedance-2.0-beta", "480p", "95", "57.5"},
      {"seedance-2.0-beta", "720p", "205", "125"},
      {"seedance-2.0-beta", "1080p", "510", "310"},
      {"seedance-2.0-beta", "4k", "1040", "640"},
      {"seedance-2.0-fast-beta", "480p", "77.5", "45"},
      {"seedance-2.0-fast-beta", "720p", "165", "100"},
  };
  for (const FilmTier& row : rows) {
    const bool beta = row.model.ends_with("beta");
    const char* video = beta ? R"("reference_video_urls":[{u}])" : R"("video_urls":[{u}])";
    const char* image = beta ? R"("reference_image_urls":[{u}])" : R"("image_urls":[{u}])";
    const auto price = [&](std::string_view more, int seconds) {
      return print_price(row.model, fmt::format(R"("prompt":"abc","resolution":"{}","duration":{}{}{})", row.resolution,
                                                seconds, more.empty() ? "" : ",", more));
    };
    const auto times = [](const char* credits, int seconds) {
      return MicroCredits::parse_credits(credits)->times(seconds)->text();
    };
    EXPECT_EQ(price("", 5), times(row.without_video, 5)) << row.model << row.resolution;
    EXPECT_EQ(price(image, 4), times(row.without_video, 4)) << row.model << row.resolution;
    EXPECT_EQ(price(video, 15), times(row.with_video, 15)) << row.model << row.resolution;
  }
  EXPECT_EQ(print_price("doubao-seedance-2.0", R"("prompt":"abc")"), "858.88");
}

TEST(Prices, OtherFilms) {
  const Row rows[] = {
      {"happyhorse-1.0", R"("prompt":"p")", "1437.5"},
      {"happyhorse-1.0", R"("prompt":"p","resolution":"720P","duration":3)", "487.5"},
      {"happyhorse-1.0-official", R"("prompt":"p","resolution":"720P","duration":3)", "438.75"},
      {"happyhorse-1.0-official", R"("first_frame_image":{u},"duration":15)", "3881.25"},
      {"viduq3-pro", R"("prompt":"p","resolution":"540p","duration":1)", "64.4"},
      {"viduq3-pro", R"("prompt":"p")", "690"},
      {"viduq3-pro", R"("prompt":"p","resolution":"1080p","duration":16)", "2355.2"},
      {"viduq3-turbo", R"("prompt":"p","resolution":"540p","duration":1)", "36.8"},
      {"viduq3-turbo", R"("prompt":"p")", "276"},
      {"viduq3-turbo", R"("image_urls":[{u}],"resolution":"1080p","duration":1)", "64.4"},
      {"grok-imagine-1.0-video", R"("prompt":"p")", "52.5"},
      {"grok-imagine-1.0-video", R"("prompt":"p","quality":"720p","duration":30)", "262.5"},
      {"veo3.1-fast", R"("prompt":"p")", "189"},
      {"veo3.1-fast", R"("prompt":"p","resolution":"1080p")", "189"},
      {"veo3.1-fast", R"("prompt":"p","resolution":"4k")", "660"},
      {"veo3.1-quality", R"("prompt":"p")", "1100"},
      {"veo3.1-quality", R"("prompt":"p","resolution":"1080p")", "1100"},
      {"veo3.1-quality", R"("prompt":"p","resolution":"4k")", "2208"},
      {"veo3.1-lite", R"("prompt":"p")", "157.5"},
      {"veo3.1-lite", R"("prompt":"p","resolution":"1080p")", "157.5"},
      {"veo3.1-lite", R"("prompt":"p","resolution":"4k")", "600"},
      {"veo3.1-fast-official", R"("prompt":"p")", "736"},
      {"veo3.1-fast-official", R"("prompt":"p","duration":4,"resolution":"1080p")", "368"},
      {"veo3.1-fast-official", R"("prompt":"p","duration":6,"generate_audio":true)", "828"},
      {"veo3.1-fast-official", R"("prompt":"p","duration":4,"generate_audio":true,"resolution":"1080p")", "552"},
      {"veo3.1-fast-official", R"("prompt":"p","resolution":"4k","generate_audio":true)", "2576"},
      {"veo3.1-fast-official", R"("prompt":"p","resolution":"4k")", "2576"},
      {"veo3.1-fast-official", R"("prompt":"p","sample_count":3)", "2208"},
      {"veo3.1-quality-official", R"("prompt":"p","duration":4)", "736"},
      {"veo3.1-quality-official", R"("prompt":"p","duration":4,"generate_audio":true)", "1472"},
      {"veo3.1-quality-official", R"("prompt":"p","duration":4,"resolution":"1080p")", "736"},
      {"veo3.1-quality-official", R"("prompt":"p","duration":4,"resolution":"4k")", "2208"},
  };
  expect_prices(rows);
}

struct SourceRow {
  const char* members;
  SourceFacts source;
  const char* credits;
};

// By the exact seconds of the source; above 30 pictures a second, of the result, they cost the second rate.
TEST(Prices, EnhanceVideo) {
  constexpr std::int64_t kFilm = 24'000;
  constexpr std::int64_t kNtsc = 29'970;
  constexpr std::int64_t kSmooth = 59'940;
  const SourceRow rows[] = {
      {R"("video_url":{u},"resolution":"720p")", {1000, kFilm}, "2.055"},
      {R"("video_url":{u},"resolution":"720p")", {1000, kSmooth}, "4.107"},
      {R"("video_url":{u})", {1000, 30'000}, "4.107"},
      {R"("video_url":{u})", {1000, 30'001}, "8.214"},
      {R"("video_url":{u},"resolution":"2k")", {1000, kNtsc}, "8.214"},
      {R"("video_url":{u},"resolution":"2k","fps":30)", {1000, kSmooth}, "8.214"},
      {R"("video_url":{u},"resolution":"2k","fps":30.5)", {1000, kFilm}, "16.429"},
      {R"("video_url":{u},"resolution":"4k","fps":24)", {1000, 0}, "16.429"},
      {R"("video_url":{u},"resolution":"4k","fps":60)", {1000, 0}, "32.857"},
      {R"("video_url":{u},"tool_version":"professional","resolution":"720p")", {1000, kFilm}, "20.536"},
      {R"("video_url":{u},"tool_version":"professional","resolution":"720p")", {1000, kSmooth}, "41.071"},
      {R"("video_url":{u},"tool_version":"professional")", {1000, kFilm}, "41.071"},
      {R"("video_url":{u},"tool_version":"professional")", {1000, kSmooth}, "82.143"},
      {R"("video_url":{u},"tool_version":"professional","resolution":"2k")", {1000, kFilm}, "82.143"},
      {R"("video_url":{u},"tool_version":"professional","resolution":"2k")", {1000, kSmooth}, "164.286"},
      {R"("video_url":{u},"tool_version":"professional","resolution":"4k")", {1000, kFilm}, "164.286"},
      {R"("video_url":{u},"tool_version":"professional","resolution":"4k")", {1000, kSmooth}, "328.571"},
      {R"("video_url":{u})", {12'345, kFilm}, "50.700915"},
      {R"("video_url":{u})", {1, kFilm}, "0.004107"},
      {R"("video_url":{u})", {3'600'000, kFilm}, "14785.2"},
      {R"("video_url":{u})",
       {3'600'001, kFilm},
       "enhance-video-1.0: video_url must be a video of 0 to 3600 seconds, not of 3600.001"},
      {R"("video_url":{u})",
       {0, kFilm},
       "enhance-video-1.0: video_url must be a video of 0 to 3600 seconds, not of 0.000"},
  };
  for (const SourceRow& row : rows) {
    EXPECT_EQ(print_price("enhance-video-1.0", row.members, row.source), row.credits) << row.members;
  }
}

// An edit costs by its source, whatever duration says.
TEST(Prices, HappyHorseEdit) {
  constexpr const char* kEdit = R"("prompt":"p","video_url":{u},"duration":15)";
  EXPECT_EQ(print_price("happyhorse-1.0", kEdit, SourceFacts{10'500, 24'000}), "3018.75");
  EXPECT_EQ(print_price("happyhorse-1.0-official", R"("prompt":"p","video_url":{u},"resolution":"720p")",
                        SourceFacts{4000, 24'000}),
            "585");
  EXPECT_EQ(print_price("happyhorse-1.0", kEdit, SourceFacts{2999, 24'000}),
            "happyhorse-1.0: video_url must be a video of 3 to 60 seconds, not of 2.999");
  EXPECT_EQ(print_price("happyhorse-1.0", kEdit, SourceFacts{60'001, 24'000}),
            "happyhorse-1.0: video_url must be a video of 3 to 60 seconds, not of 60.001");
}

// Every request that validates has a price: all combinations of the values that the prices go by.
TEST(Prices, CoverEverythingThatValidates) {
  for (const ModelSpec& model : test::built_in_models().models()) {
    for (const Example& example : model.examples) {
      json::object body = example.body;
      const auto offer = [&](auto&& self, std::size_t dimension) -> void {
        if (dimension < model.price.by.size()) {
          const auto& by = model.price.by[dimension];
          const auto param = std::ranges::find(model.params, by.name, &Param::name);
          if (param == model.params.end() || param->values.empty()) return self(self, dimension + 1);
          for (const std::string& value : param->values) {
            body[by.name] = value;
            self(self, dimension + 1);
          }
          return;
        }
        const auto request = validate(model, body);
        if (!request) return;
        const SourceFacts source{5000, 25'000};
        const auto price = quote(model, *request, &source);
        EXPECT_TRUE(price) << json::print(body);
        EXPECT_GT(price->total.count(), 0) << json::print(body);
      };
      offer(offer, 0);
    }
  }
}

// What a lost call costs the operator grows with the film as its price does.
TEST(Prices, CostsOfCalls) {
  const auto cost = [](std::string_view id, std::string_view members) {
    const ModelSpec& model = test::get_model(id);
    const auto request = test::validate_members(id, members);
    return cost_of_call(model, *request, *quote(model, *request), MicroCredits::from_count(1'000'000)).text();
  };
  EXPECT_EQ(cost("gpt-image-2", R"("prompt":"p")"), "1");
  EXPECT_EQ(cost("viduq3-pro", R"("prompt":"p","duration":7)"), "7");
  EXPECT_EQ(cost("veo3.1-fast-official", R"("prompt":"p","duration":4,"sample_count":3)"), "4");
  EXPECT_EQ(cost("doubao-seedream-5-0-lite", R"("prompt":"p","n":3,"sequential_image_generation":"auto")"), "3");
}

}  // namespace
}  // namespace darkroom::catalog
