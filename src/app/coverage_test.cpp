#include "app/coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "provider/adapters/registry.h"
#include "tests/support/model_cases.h"

namespace darkroom::app {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> gaps_with(const std::vector<std::string>& kinds) {
  Config config;
  for (const std::string& kind : kinds) config.upstreams[kind].kind = kind;
  return find_gaps(config, test::built_in_models(), provider::built_in_adapters());
}

TEST(Coverage, NamesWhatAnUpstreamCannotDoAndWhatBecomesOfIt) {
  EXPECT_THAT(gaps_with({"fal"}),
              Contains("enhance-video-1.0: resolution 720p: upstream \"fal\" cannot: this route has no 720p; no other "
                       "upstream is there, so such tasks fail and are refunded"));
  EXPECT_THAT(gaps_with({"fal", "ffmpeg"}), Contains(AllOf(HasSubstr("resolution 720p: upstream \"fal\""),
                                                           HasSubstr("; the other upstreams are asked"))));
  EXPECT_THAT(gaps_with({"xai-video"}), Contains(HasSubstr("grok-imagine-1.0-video: duration 16 to 30: upstream")));
  EXPECT_THAT(gaps_with({"ark-image"}),
              Contains(HasSubstr("doubao-seedream-5-0-lite: number of image_urls 15 to 20: upstream")));
  EXPECT_THAT(gaps_with({"replicate"}), Contains(HasSubstr("resolution 2k: upstream \"replicate\" cannot")));
  EXPECT_THAT(gaps_with({"veo-vertex"}), Contains(HasSubstr("veo3.1-fast: source_task_id a task: upstream")));
}

TEST(Coverage, HasNothingToSayOfWhatIsWhole) {
  EXPECT_THAT(gaps_with({}), IsEmpty());
  EXPECT_THAT(gaps_with({"gemini"}), Not(Contains(HasSubstr("gemini-2.5-flash-image-preview:"))));
  Config config;
  config.upstreams["google"].kind = "gemini";
  config.upstreams["fal"].kind = "fal";
  config.upstreams["local"].kind = "ffmpeg";
  config.routes["enhance-video-1.0"] = {"local"};
  for (const std::string& gap : find_gaps(config, test::built_in_models(), provider::built_in_adapters())) {
    EXPECT_THAT(gap, Not(HasSubstr("\"fal\"")));
  }
}

}  // namespace
}  // namespace darkroom::app
