#include "media/filter_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace darkroom::media {
namespace {

using testing::HasSubstr;
using testing::Not;

SourceForm source(std::uint32_t width, std::uint32_t height, double rate = 24, std::uint64_t milliseconds = 8000) {
  return {width, height, 1, rate, milliseconds};
}

TEST(FilterPlan, KeepsTheRatio) {
  struct Row {
    SourceForm source;
    std::uint32_t short_side;
    std::uint32_t width;
    std::uint32_t height;
  };
  for (const Row& row :
       {Row{source(1280, 720), 1080, 1920, 1080}, Row{source(720, 1280), 1080, 1080, 1920},
        Row{source(1280, 720), 2160, 3840, 2160}, Row{source(1280, 720), 1440, 2560, 1440},
        Row{source(3840, 2160), 720, 1280, 720}, Row{source(1470, 630), 1080, 2520, 1080},
        Row{source(1112, 834), 720, 960, 720}, Row{source(101, 100), 720, 728, 720},
        Row{source(960, 960), 1080, 1080, 1080}, Row{{720, 576, 64.0 / 45, 25, 1000}, 720, 1280, 720}}) {
    const FilterPlan plan = plan_filters(row.source, row.short_side, 0, false);
    EXPECT_EQ(plan.width_pixels, row.width);
    EXPECT_EQ(plan.height_pixels, row.height);
    EXPECT_THAT(plan.filters, HasSubstr("scale=" + std::to_string(row.width) + ":" + std::to_string(row.height)));
  }
}

TEST(FilterPlan, ChangesTheRateOnlyWhereAsked) {
  struct Row {
    SourceForm source;
    double rate;
    bool professional;
    const char* filter;
  };
  const std::string none = plan_filters(source(1280, 720), 1080, 0, true).filters;
  EXPECT_THAT(none, Not(HasSubstr("fps")));
  EXPECT_EQ(plan_filters(source(1280, 720), 1080, 24, true).filters, none);
  for (const Row& row : {Row{source(1280, 720, 60), 30, true, ",fps=30,"},
                         Row{source(1280, 720), 60, false, "minterpolate=fps=60:mi_mode=blend,trim=end_frame=480,"},
                         Row{source(1280, 720), 60, true, "minterpolate=fps=60:mi_mode=mci:"},
                         Row{source(1280, 720, 24, 60'000), 60, true, "mi_mode=mci:"},
                         Row{source(1280, 720, 24, 61'000), 60, true, "mi_mode=blend"},
                         Row{source(3840, 2160), 120, true, "mi_mode=blend"}}) {
    EXPECT_THAT(plan_filters(row.source, 1080, row.rate, row.professional).filters, HasSubstr(row.filter));
  }
}

TEST(FilterPlan, IsFinerForProfessionals) {
  const FilterPlan plain = plan_filters(source(1280, 720), 1080, 0, false);
  const FilterPlan fine = plan_filters(source(1280, 720), 1080, 0, true);
  EXPECT_NE(plain.filters, fine.filters);
  EXPECT_LT(fine.crf, plain.crf);
}

}  // namespace
}  // namespace darkroom::media
