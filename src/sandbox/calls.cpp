#include "sandbox/calls.h"

#include <algorithm>

#include <charconv>

namespace darkroom::sandbox {

// FNV-1a, then a mix so that every bit depends on every byte.
std::uint64_t hash_text(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = 0xCBF29CE484222325ULL ^ seed;
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3ULL;
  hash = (hash ^ hash >> 32) * 0xD6E8FEB86659FD93ULL;
  return hash ^ hash >> 32;
}

CallName name_call(const http::Request& request) {
  CallName call;
  call.content = hash_text(request.body, hash_text(request.path));
  call.key = call.content;
  const auto header = request.header("x-darkroom-call");
  if (!header) return call;
  call.key = hash_text(*header);
  const std::size_t slash = header->rfind('/');
  if (slash == std::string_view::npos) return call;
  const std::string_view digits = header->substr(slash + 1);
  unsigned index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error == std::errc() && end == digits.data() + digits.size()) call.index = index;
  return call;
}

unsigned Calls::count(Guarded<Lru<unsigned>>& calls, std::uint64_t key) {
  auto held = calls.lock();
  if (unsigned* before = held->find(key)) return (*before)++;
  held->put(key, 1);
  return 0;
}

std::int64_t count_good(const Words& words, const CallName& call, std::int64_t count) {
  if (!words.partial) return count;
  return std::clamp<std::int64_t>(std::int64_t{*words.partial} - call.index.value_or(0), 0, count);
}

bool Calls::fails(const CallName& call, const Words::Fail& fail) {
  if (!fail.times) return true;
  return count(failures_, call.key) % (*fail.times + 1) < *fail.times;
}

bool Calls::within(const CallName& call, unsigned count_of_successes) {
  if (call.index) return *call.index < count_of_successes;
  return count(successes_, call.key) < count_of_successes;
}

}  // namespace darkroom::sandbox
