#include "base/siphash.h"

#include <bit>
#include <cstring>

namespace darkroom {
namespace {

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

struct State {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32) + v3;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }
  void take(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  void finish(std::uint64_t mark, std::uint64_t& word) {
    word ^= mark;
    for (int i = 0; i < 4; ++i) round();
  }
  std::uint64_t digest() const { return v0 ^ v1 ^ v2 ^ v3; }
};

}  // namespace

SipTag siphash(const SipKey& key, std::string_view text) {
  State state{key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d ^ 0xee, key[0] ^ 0x6c7967656e657261,
              key[1] ^ 0x7465646279746573};
  const std::uint64_t length_byte = static_cast<std::uint64_t>(text.size()) << 56;
  std::uint64_t word = 0;
  for (; text.size() >= sizeof(word); text.remove_prefix(sizeof(word))) {
    std::memcpy(&word, text.data(), sizeof(word));
    state.take(word);
  }
  word = 0;
  if (!text.empty()) std::memcpy(&word, text.data(), text.size());
  state.take(word | length_byte);
  state.finish(0xee, state.v2);
  SipTag tag{state.digest(), 0};
  state.finish(0xdd, state.v1);
  tag[1] = state.digest();
  return tag;
}

}  // namespace darkroom
