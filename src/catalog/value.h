// One value of a parameter: what is allowed, in words, and what a given value becomes.
// Threads: no state. Fails with invalid_parameter, its field the parameter as the customer spelt it, in the contract's
// words where it has some ("gemini-2.5-flash-image-preview: only resolution=1K is supported").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "catalog/model_spec.h"

namespace darkroom::catalog {

inline constexpr std::size_t kMaxUrlBytes = 2048;

// A parameter under the name that a request used for it.
struct NamedParam {
  const ModelSpec& model;
  const Param& param;
  std::string_view name;
};

// The canonical form; null for media, whose links are only checked. `ignored` gets the members of objects that are no
// fields. Of URLs only the scheme and the length are checked: what may be contacted is UrlGuard's business.
Result<json::value> normalise(const NamedParam& named, const json::value& value, std::vector<std::string>& ignored);

// What a value must be, to follow "must be": "an integer from 1 to 4".
std::string print_expected(const Param& param);
// A canonical value as a sentence names it: 1080p, 8, true.
std::string print_plainly(const json::value& value);
// "4, 6, 8"; one alone is "8", more are "one of 4, 6, 8".
std::string print_choice(const std::vector<std::string>& values);

// The refusals: "<model>: <sentence>", and "<model>: <name> must be <what is expected>, not <instead>".
std::unexpected<Error> refuse(const NamedParam& named, std::string_view sentence);
std::unexpected<Error> refuse_value(const NamedParam& named, std::string_view instead = "");

struct PixelSize {
  std::int64_t width = 0;
  std::int64_t height = 0;
};
// "1536x1024"; nothing for any other text.
std::optional<PixelSize> parse_pixels(std::string_view text);

// Unicode code points of valid UTF-8 text.
std::size_t count_code_points(std::string_view text);

}  // namespace darkroom::catalog
