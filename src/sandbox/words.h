// Words: what a prompt asks the sandbox to do besides painting, such as "#fail:503x2". They are read wherever they
// stand in the prompt, with space around them; anything misspelt is ordinary text. Meaning: docs/SANDBOX.md. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace darkroom::sandbox {

struct Words {
  struct Fail {
    int status = 0;                 // 400 to 599
    std::optional<unsigned> times;  // nothing: always
  };

  std::optional<Fail> fail;         // #fail:503, #fail:503x2
  bool moderated = false;           // #moderated: the prompt is refused
  bool blocked = false;             // #blocked: the picture is refused
  bool hang = false;                // #hang: no answer
  bool truncate = false;            // #truncate: half an answer
  bool text_only = false;           // #textonly: words, no picture
  bool bad_image = false;           // #badimage: bytes that are no picture
  milliseconds slow{0};             // #slow:3s, #slow:250ms; ten minutes at most
  std::optional<unsigned> partial;  // #partial:2: so many of n succeed
  std::uint64_t size_bytes = 0;     // #size:20MB, #size:300KB (decimal units); 48 MB at most
};

// A word that stands twice: the last one counts.
Words parse_words(std::string_view prompt);

inline constexpr milliseconds kLongestWait{600'000};
inline constexpr std::uint64_t kMaxPictureBytes = 48'000'000;

}  // namespace darkroom::sandbox
