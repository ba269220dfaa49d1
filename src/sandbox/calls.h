// Calls: tells repeated calls of one request apart, for the words that count: "#fail:503x2" and "#partial:2".
// A call is known by its x-darkroom-call header, "<task>/<index>", where the caller sends one; otherwise by its
// content. Threads: any. Remembers the last 10,000 requests.
#pragma once

#include <cstdint>
#include <optional>

#include "base/guarded.h"
#include "base/http_message.h"
#include "sandbox/lru.h"
#include "sandbox/words.h"

namespace darkroom::sandbox {

// 64 bits of `text`, the same on every machine. Not for anything that someone may want to forge.
std::uint64_t hash_text(std::string_view text, std::uint64_t seed = 0);

struct CallName {
  std::uint64_t content = 0;      // of path and body: equal requests are painted alike
  std::uint64_t key = 0;          // what repetitions are counted by
  std::optional<unsigned> index;  // which of n pictures, where the caller says so
};
CallName name_call(const http::Request& request);

// How many of a call's `count` results "#partial" leaves: all of those before its number, counted over the n calls.
std::int64_t count_good(const Words& words, const CallName& call, std::int64_t count);

class Calls {
 public:
  // Whether this call fails. With a count of k, every k calls that fail are followed by one that does not, so that a
  // request repeated later behaves the same, and n calls of equal content see k failures each on average.
  bool fails(const CallName& call, const Words::Fail& fail);
  // Whether this call is one of the `count` that may succeed: by its index if it has one, else by order of arrival.
  bool within(const CallName& call, unsigned count);

 private:
  static constexpr std::uint64_t kRemembered = 10'000;
  // How many calls of that key came before this one.
  static unsigned count(Guarded<Lru<unsigned>>& calls, std::uint64_t key);

  Guarded<Lru<unsigned>> failures_{kRemembered};
  Guarded<Lru<unsigned>> successes_{kRemembered};
};

}  // namespace darkroom::sandbox
